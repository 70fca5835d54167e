/** The tensor diagram: what a forward pass computes, forward and backward, on one sheet. */
package handgrad.app.diagram;
