// Package ledger says what stands behind the model: for each rule the scenarios that show
// it, for each numbered requirement of RFC 9293 the scenarios and tests that show it or
// the reason why it is not modelled.
//
// What a scenario shows is found out by playing it; nothing here is typed in twice.
package ledger
