// Package cli is the command line: one file for each command, flags, exit codes
// and messages. What the commands do lives in other packages.
package cli
