// Package mutants proves that the tests of the TCP model notice when the model is wrong.
// mutants.txt lists small mistakes, the kind that TCP simulators are known for, each
// with the test that must fail because of it. The package contains a test only; it runs
// under the build tag mutants, because it builds the tests of the model once for each
// mistake:
//
//	go test -tags mutants -count=1 -timeout 15m ./cmd/internal/mutants
//
// With -v it ends with a table of the mistakes, what noticed each, and how long that took.
//
// A new rule of the model deserves a mutant: a test that cannot fail proves nothing.
package mutants
