package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid"
	"pinn/pinn/solve"
)

// plainEvery is the time between two lines where no status line can be redrawn.
const plainEvery = 5 * time.Second

// progress shows where a run stands: on a terminal one line that is redrawn,
// elsewhere a line every few seconds.
type progress struct {
	out   io.Writer
	width int  // of the terminal, 0 without one
	color bool // the terminal takes colour
	last  time.Time
	drawn bool
}

func (a *app) progress() *progress {
	p := &progress{out: a.err, last: time.Now()}
	if a.quiet {
		p.out = nil
		return p
	}
	f, ok := a.err.(*os.File)
	if ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb" {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w >= 20 {
			p.width = w
		}
	}
	p.color = a.color == "always" || a.color == "auto" && p.width > 0 && os.Getenv("NO_COLOR") == ""
	return p
}

// checkColor refuses words that --color does not know.
func (a *app) checkColor() error {
	switch a.color {
	case "auto", "always", "never":
		return nil
	}
	return exit{rundir.ExitUsage, fmt.Errorf("--color: must be auto, always or never, got %q", a.color)}
}

// show takes the run's state; it redraws the line, or prints one if it is due.
func (p *progress) show(now hybrid.Progress) {
	switch {
	case p.out == nil:
	case p.width > 0:
		line := status(now)
		if r := []rune(line); len(r) >= p.width {
			line = string(r[:p.width-1])
		}
		fmt.Fprintf(p.out, "\r%s\x1b[K", p.paint(now.Method, line))
		p.drawn = true
	case time.Since(p.last) >= plainEvery:
		p.last = time.Now()
		fmt.Fprintln(p.out, status(now))
	}
}

// event prints an event when it happens; redraws of the points are many and stay in
// events.csv.
func (p *progress) event(e solve.Event) {
	if e.Kind != hybrid.KindResample {
		p.say("%s", e)
	}
}

// paint sets the leading method name in bold.
func (p *progress) paint(method, line string) string {
	if !p.color || !strings.HasPrefix(line, method) {
		return line
	}
	return "\x1b[1m" + method + "\x1b[0m" + line[len(method):]
}

// clear removes the status line.
func (p *progress) clear() {
	if p.drawn {
		fmt.Fprint(p.out, "\r\x1b[K")
		p.drawn = false
	}
}

// say prints a sentence on a line of its own.
func (p *progress) say(format string, args ...any) {
	if p.out == nil {
		return
	}
	p.clear()
	fmt.Fprintf(p.out, format+"\n", args...)
}

// status is the state of a run on one line.
func status(now hybrid.Progress) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %d", now.Method, now.PhaseStep)
	if now.PhaseSteps > 0 {
		fmt.Fprintf(&b, "/%d", now.PhaseSteps)
	}
	if now.LegName != "" {
		fmt.Fprintf(&b, "  in %s", now.LegName)
	}
	number := func(name string, v float64, format string) {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			fmt.Fprintf(&b, "  %s "+format, name, v)
		}
	}
	number("loss", now.Loss, "%.2e")
	number("held-out", now.HeldOut, "%.2e")
	if now.WorstTerm != "" {
		fmt.Fprintf(&b, "  worst %s %.1e", now.WorstTerm, now.WorstValue)
	}
	number("SNR_b", now.SNR, "%.2f")
	number("SNR_N", now.FullSNR, "%.2f")
	if now.Window > 0 {
		fmt.Fprintf(&b, " votes %d/%d", now.Votes, now.Window)
	}
	number("", now.Rate, "%.0f/s")
	fmt.Fprintf(&b, "  %s", clock(time.Duration(now.Seconds*float64(time.Second))))
	if left, ok := remaining(now); ok {
		fmt.Fprintf(&b, ", at most %s left", clock(left))
	}
	return b.String()
}

// remaining bounds the time that is left: of the run's limit if it has one,
// otherwise of the steps that it may still take, at the present speed.
func remaining(now hybrid.Progress) (time.Duration, bool) {
	if now.TimeLeft >= 0 {
		return now.TimeLeft, true
	}
	if now.StepsLeft < 0 || !(now.Rate > 0) {
		return 0, false
	}
	return time.Duration(float64(now.StepsLeft) / now.Rate * float64(time.Second)), true
}

// clock prints a time as minutes and seconds.
func clock(d time.Duration) string {
	s := int(d.Seconds() + 0.5)
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}
