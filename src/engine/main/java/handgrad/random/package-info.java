/** Random numbers drawn as PyTorch and CPython draw them, so that published results come out again. */
package handgrad.random;
