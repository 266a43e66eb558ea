// Package optimtest has functions with known minima, faults to plant in any
// objective, and the tests that every optim.Method and optim.Objective must pass:
// TestMethod and TestObjective.
package optimtest
