package kernel

import "golang.org/x/sys/cpu"

// offered returns the best tier that processor and operating system support.
func offered() int {
	x := &cpu.X86
	switch {
	case x.HasAVX512F && x.HasAVX512DQ && x.HasAVX512BW && x.HasAVX512VL && x.HasAVX2 && x.HasFMA:
		return tierAVX512
	case x.HasAVX2 && x.HasFMA:
		return tierAVX2
	}
	return tierGo
}
