package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	out := flag.String("out", ".", "folder to write the tables to")
	flag.Parse()
	for _, tb := range tables {
		path := filepath.Join(*out, tb.name)
		if err := os.WriteFile(path, tb.csv(tb.solve()), 0o644); err != nil {
			fmt.Fprintln(os.Stderr, "refgen:", err)
			os.Exit(1)
		}
		fmt.Println(path)
	}
}
