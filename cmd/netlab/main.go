// Command netlab teaches how TCP and UDP behave: on a model and on real sockets.
package main

import (
	"os"

	"netlab/cmd/internal/cli"
	"netlab/live/lab"
)

func main() {
	lab.Main()
	os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
