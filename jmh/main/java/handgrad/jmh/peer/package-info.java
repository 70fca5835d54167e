/** The same training steps by handgrad and by other libraries, each in processes of its own, measured in turn. */
package handgrad.jmh.peer;
