// Package contest makes the runs whose results package accuracy keeps: it trains
// problems by several methods under equal conditions, and repeats runs at random to
// see whether they come out with the same bits.
//
// A Task is one run to be made. Read and Problem are all that the package knows of
// the solver. Plan lists the tasks that are not done yet, Run makes them, several at a
// time, and Rerun repeats some that are.
package contest
