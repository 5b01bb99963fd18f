package ledger

// tests are the Go tests that show a requirement which no script can.
var tests = map[string][]string{}

// reasons say why a requirement is not modelled.
var reasons = map[string]string{}
