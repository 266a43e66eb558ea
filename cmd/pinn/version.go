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
			p := solve.ThisProgram()
			if a.json {
				return json.NewEncoder(a.out).Encode(p)
			}
			_, err := fmt.Fprintln(a.out, "pinn "+versionWords(p))
			return err
		},
	}
}

// versionWords is what pinn version and pinn --version say after the name.
func versionWords(p solve.Program) string {
	return fmt.Sprintf("%s %s %s %s/%s kernel %s", p.Version, p.Commit, p.Go, p.OS, p.Arch, p.Kernel)
}
