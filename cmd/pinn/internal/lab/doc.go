// Package lab holds experiments that show what optimisers do. Each states a claim,
// measures it, says whether it holds, and leaves what anyone can check: a folder with
// figures and table.csv, and its claim in claims.json. Essay joins them into one page.
//
// An experiment is one file: its row in Experiments, the functions that measure, and
// a Run that returns an Outcome, plain data. It prints and writes nothing; Keep does.
// Equal seeds give equal numbers, except of seconds. The tests compare the functions that
// measure with closed forms.
package lab
