package main

import (
	"encoding/json"
	"fmt"
	"pinn/pinn/solve"

	"github.com/spf13/cobra"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Say which build this is, and which kernels it uses here",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			b := solve.ThisProgram()
			if a.json {
				return json.NewEncoder(a.out).Encode(b)
			}
			_, err := fmt.Fprintf(a.out, "pinn %s %s %s %s/%s kernel %s\n", b.Version, b.Commit, b.Go, b.OS, b.Arch, b.Kernel)
			return err
		},
	}
}
