/** Tensors: shapes, element types and the operations, which check their arguments and return fresh tensors. */
package handgrad.tensor;
