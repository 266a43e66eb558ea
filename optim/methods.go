package optim

// Row is one method of the table.
type Row struct {
	// Name is the method's name in a problem file.
	Name string
	// New returns it with its default hyperparameters.
	New func() Configurable
	// FullBatch marks methods that compare losses or gradients of successive points:
	// between two Restarts the objective must stay the same, so minibatches are not
	// for them.
	FullBatch bool
	// LeastSquares marks methods whose objective must be a LeastSquares.
	LeastSquares bool
	// Rows marks methods for minibatches whose objective must be a Rows.
	Rows bool
}

// Methods is the table of every method of a problem file. Do not change it.
var Methods = []Row{
	{Name: "sgd", New: func() Configurable { return DefaultSGD() }},
	{Name: "momentum", New: func() Configurable { return DefaultMomentum() }},
	{Name: "nesterov", New: func() Configurable { return DefaultNesterov() }},
	{Name: "adagrad", New: func() Configurable { return DefaultAdagrad() }},
	{Name: "rmsprop", New: func() Configurable { return DefaultRMSprop() }},
	{Name: "adam", New: func() Configurable { return DefaultAdam() }},
	{Name: "amsgrad", New: func() Configurable { return DefaultAMSGrad() }},
	{Name: "adamw", New: func() Configurable { return DefaultAdamW() }},
	{Name: "nadam", New: func() Configurable { return DefaultNAdam() }},
	{Name: "lbfgs", New: func() Configurable { return DefaultLBFGS() }, FullBatch: true},
	{Name: "bfgs", New: func() Configurable { return DefaultBFGS() }, FullBatch: true},
	{Name: "ssbroyden", New: func() Configurable { return DefaultSSBroyden() }, FullBatch: true},
	{Name: "lm", New: func() Configurable { return DefaultLM() }, FullBatch: true, LeastSquares: true},
	{Name: "spring", New: func() Configurable { return DefaultSPRING() }, Rows: true},
}

// Flows is the table of ways to integrate the gradient flow. They are for small
// problems and for comparison, and no methods of a problem file.
var Flows = []Row{
	{Name: "euler", New: func() Configurable { return DefaultEuler() }, FullBatch: true},
	{Name: "heun", New: func() Configurable { return DefaultHeun() }, FullBatch: true},
	{Name: "rk45", New: func() Configurable { return DefaultRungeKutta() }, FullBatch: true},
}

// ByName returns the row of Methods called name.
func ByName(name string) (Row, bool) {
	for _, row := range Methods {
		if row.Name == name {
			return row, true
		}
	}
	return Row{}, false
}

// ShareOf returns what m shares with all first-order methods: learning rate,
// decay and clipping. ok is false for other methods.
func ShareOf(m Method) (shared *FirstOrder, ok bool) {
	s, ok := m.(interface{ Shared() *FirstOrder })
	if !ok {
		return nil, false
	}
	return s.Shared(), true
}

// RateOf returns the learning rate of m, nil for methods that have none.
func RateOf(m Method) *Schedule {
	if r, ok := m.(interface{ Rate() *Schedule }); ok {
		return r.Rate()
	}
	return nil
}

// Every method can be configured, saved and restored.
var _ = []Stateful{(*SGD)(nil), (*Adagrad)(nil), (*RMSprop)(nil), (*Adam)(nil), (*NAdam)(nil), (*LBFGS)(nil),
	(*BFGS)(nil), (*SSBroyden)(nil), (*LM)(nil), (*SPRING)(nil), (*Flow)(nil)}
