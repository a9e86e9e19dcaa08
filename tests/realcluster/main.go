// Copyright (c) 2026, nodeops.rotator contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// Command realcluster is a Kubernetes control plane in one binary: its first argument names the
// program that it runs, and the others are that program's own.
package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
)

var programs = map[string]func() *cobra.Command{
	"kube-apiserver":          apiserver.NewAPIServerCommand,
	"kube-controller-manager": controllers.NewControllerManagerCommand,
	"kube-scheduler":          func() *cobra.Command { return scheduler.NewSchedulerCommand() },
}

func main() {
	os.Args = os.Args[1:]
	if len(os.Args) > 0 {
		if os.Args[0] == "etcd" {
			etcdmain.Main(os.Args)
			return
		}
		if program, found := programs[os.Args[0]]; found {
			os.Exit(cli.Run(program()))
		}
	}
	fmt.Fprintln(os.Stderr, "usage: realcluster etcd|kube-apiserver|kube-controller-manager|kube-scheduler [option ...]")
	os.Exit(2)
}
