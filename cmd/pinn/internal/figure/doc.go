// Package figure draws the records of runs. It computes no result of its own.
//
// Solution draws the fields of an answer beside the exact ones, Loss the loss
// by term, and Phases the page of phase-switch diagnostics. Each takes plain
// records, writes NAME.svg and NAME.png (150 dpi) into a folder, and returns the
// names of the files. Courses and Sheets draw what several runs recorded, as SVG
// alone. Lengths that do not match are an error; beyond that any data can be
// drawn: what is not finite, or larger than 1e300, stays blank, and so does what
// is not positive on a logarithmic axis.
//
// The drawing rests on gonum/plot's canvases, fonts and colour maps. Axes are
// laid out here, because panels must line up, colour bars stand at the right
// and NaN may occur anywhere. See the Example for a complete call.
package figure
