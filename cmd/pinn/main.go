package main

import "os"

func main() {
	os.Exit(pinnMain(os.Args[1:], os.Stdout, os.Stderr))
}
