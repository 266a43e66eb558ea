package solve

import (
	"runtime"
	"runtime/debug"

	"pinn/internal/kernel"
)

// Program identifies the program: what the bits of a run depend on beside the problem.
type Program struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Go      string `json:"go"`
	OS      string `json:"os"`
	Arch    string `json:"arch"`
	Kernel  string `json:"kernel"` // tier of the vector kernels
}

// ThisProgram returns what the Go tool recorded in the binary, and the kernels that it
// uses on this machine.
func ThisProgram() Program {
	p := Program{Version: "devel", Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH, Kernel: kernel.Tier()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return p
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		p.Version = v
	}
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			p.Commit = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			p.Commit += "+changes"
		}
	}
	return p
}
