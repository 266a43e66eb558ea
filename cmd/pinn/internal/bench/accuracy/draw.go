package accuracy

import (
	"slices"

	"pinn/cmd/pinn/internal/figure"
)

// drawn reports whether figures show a method.
func drawn(method string) bool {
	return slices.ContainsFunc(Methods, func(m Method) bool { return m.Name == method })
}

// Draw draws the figure of a problem from the courses of its runs; without a course
// it draws none.
func (s Store) Draw(p Problem) error {
	rows, err := s.Rows(p.Name)
	if err != nil {
		return err
	}
	courses, err := s.Courses(p.Name)
	if err != nil || len(courses) == 0 {
		return err
	}
	title := p.Title
	if title == "" {
		title = p.Name
	}
	return figure.Courses(s.Figure(p.Name), title, joined(rows, courses))
}

// joined joins the courses of the seeds, method by method.
func joined(rows []Row, courses Courses) []figure.Course {
	var out []figure.Course
	for _, m := range Methods {
		var mine []Course
		for _, r := range rows {
			if c, ok := courses[r.run()]; ok && r.Method == m.Name {
				mine = append(mine, c.until(r.Passes, r.Seconds))
			}
		}
		out = append(out, figure.Course{
			Name:    m.Name,
			Passes:  bandOf(mine, func(c Course) []float64 { return c.Passes }),
			Seconds: bandOf(mine, func(c Course) []float64 { return c.Seconds }),
		})
	}
	return out
}
