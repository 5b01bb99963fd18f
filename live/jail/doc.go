// Package jail runs a program that nobody trusts: in user, process, mount, IPC and UTS
// namespaces of its own, with a private root, limits, no capability, a system call filter and
// Landlock; without root. The network is that of the thread that starts it, over which the
// program has no rights.
//
// [Start] runs a program. The executable starts itself for it, so [Main] must be called before
// anything else in main; live/lab's Main does. What the program can do to the process that
// started it: write to its pipes, and end.
//
// It knows no assignments and gives no marks. It is no defence against faults of the kernel.
package jail
