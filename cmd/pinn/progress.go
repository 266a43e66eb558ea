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
	"pinn/internal/words"
	"pinn/pinn/solve"
)

// plainEvery is the time between two lines where no status line can be redrawn.
const plainEvery = 5 * time.Second

// progress shows where a run stands: on a terminal one line that is redrawn,
// elsewhere a line every few seconds.
type progress struct {
	out   io.Writer
	tty   *os.File // the terminal, nil without one
	color bool     // it takes colour
	last  time.Time
	drawn bool
}

// narrowest is the width of a terminal below which no line is redrawn on it.
const narrowest = 20

func (a *app) progress() *progress {
	p := &progress{out: a.err, last: time.Now()}
	if a.quiet {
		p.out = nil
		return p
	}
	f, ok := a.err.(*os.File)
	if ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb" {
		p.tty = f
		if p.width() == 0 {
			p.tty = nil
		}
	}
	p.color = a.color == "always" || a.color == "auto" && p.tty != nil && os.Getenv("NO_COLOR") == ""
	return p
}

// width is that of the terminal now, which may have been made wider or narrower; 0
// without one or where it is too narrow.
func (p *progress) width() int {
	if p.tty == nil {
		return 0
	}
	if w, _, err := term.GetSize(int(p.tty.Fd())); err == nil && w >= narrowest {
		return w
	}
	return 0
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
	case p.tty != nil:
		if w := p.width(); w > 0 {
			fmt.Fprintf(p.out, "\r%s\x1b[K", p.paint(now, cut(status(now), w-1)))
			p.drawn = true
		}
	case time.Since(p.last) >= plainEvery:
		p.last = time.Now()
		fmt.Fprintln(p.out, status(now))
	}
}

// cut is a line of at most so many characters.
func cut(line string, most int) string {
	if r := []rune(line); len(r) > most {
		return string(r[:most])
	}
	return line
}

// event prints an event when it happens; redraws of the points are many and stay in
// events.csv.
func (p *progress) event(e solve.Event) {
	if e.Kind != hybrid.KindResample {
		p.say("%s", e)
	}
}

// paint sets the name of the method in bold.
func (p *progress) paint(now hybrid.Progress, line string) string {
	head := leg(now)
	rest, ok := strings.CutPrefix(line, head+now.Method)
	if !p.color || !ok {
		return line
	}
	return head + "\x1b[1m" + now.Method + "\x1b[0m" + rest
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

// leg is the beginning of the line, which names the slab and the stage where there are
// several.
func leg(now hybrid.Progress) string {
	if now.LegName == "" {
		return ""
	}
	return now.LegName + ": "
}

// status is the state of a run on one line.
func status(now hybrid.Progress) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s%s %d", leg(now), now.Method, now.PhaseStep)
	if now.PhaseSteps > 0 {
		fmt.Fprintf(&b, "/%d", now.PhaseSteps)
	}
	number := func(name string, v float64, format string) {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			fmt.Fprintf(&b, "  "+name+format, v)
		}
	}
	number("loss ", now.Loss, "%.2e")
	number("held-out ", now.HeldOut, "%.2e")
	if now.WorstTerm != "" {
		fmt.Fprintf(&b, "  worst %s %.1e", now.WorstTerm, now.WorstValue)
	}
	number("SNR_b ", now.SNR, "%.2f")
	number("SNR_N ", now.FullSNR, "%.2f")
	if now.Window > 0 {
		fmt.Fprintf(&b, " votes %d/%d", now.Votes, now.Window)
	}
	number("", now.Rate, "%.0f/s")
	fmt.Fprintf(&b, "  %s%s", clock(time.Duration(now.Seconds*float64(time.Second))), remaining(now))
	return b.String()
}

// remaining bounds what is left of the run, with all its slabs and stages: its time if
// that is limited, otherwise its steps, and how long they take at the present pace.
func remaining(now hybrid.Progress) string {
	switch {
	case now.TimeLeft >= 0:
		return fmt.Sprintf(", at most %s left", clock(now.TimeLeft))
	case now.StepsLeft <= 0 || !(now.Rate > 0):
		return ""
	}
	left := time.Duration(float64(now.StepsLeft) / now.Rate * float64(time.Second))
	return fmt.Sprintf(", at most %s left, %s at this pace", words.Count(now.StepsLeft, "step"), clock(left))
}

// clock prints a time as minutes and seconds.
func clock(d time.Duration) string {
	s := int(d.Seconds() + 0.5)
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}
