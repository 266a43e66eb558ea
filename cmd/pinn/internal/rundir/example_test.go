package rundir_test

import (
	"fmt"
	"os"
	"path/filepath"

	"pinn/cmd/pinn/internal/rundir"
)

// A run is drafted, filled, committed under the next free name, and read back.
func Example() {
	root, err := os.MkdirTemp("", "results")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(root)

	draft, err := rundir.Create(root, "burgers")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer draft.Abort()
	run := rundir.Run{Problem: "burgers", Target: &rundir.Target{}}
	run.RelL2.Set("u", 3.1e-5)
	run.RelL2.Set("all", 3.1e-5)
	run.Settle(false, false)
	if err := draft.WriteRun(run); err != nil {
		fmt.Println(err)
		return
	}
	path, err := draft.Commit()
	if err != nil {
		fmt.Println(err)
		return
	}

	folder, err := rundir.Open(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	all, _ := folder.Run.RelL2.Get("all")
	fmt.Println(filepath.Base(path), folder.Run.Status, folder.Run.Status.ExitCode(), all)
	// Output: run-0001 solved 0 3.1e-05
}
