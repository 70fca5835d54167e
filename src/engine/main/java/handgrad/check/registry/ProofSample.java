package handgrad.check.registry;

import handgrad.check.GradientCheck;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.List;

/** An operation at given inputs. */
public sealed interface ProofSample permits FunctionSample, LayerSample {
    /** The inputs in words, for messages. */
    String description();

    /** The inputs, floating-point ones in this type: for a layer its input, then its parameters. */
    Tensor[] inputs(DType dtype);

    /** What the result must be. */
    Definition definition();

    /** The result, computed in this floating-point type. */
    Tensor value(DType dtype);

    /** Whether there is a gradient. */
    boolean differentiable();

    /**
     * The gradients of all floating-point inputs and parameters, computed by hand in the type of dOut.
     *
     * @param dOut the gradient of the result, of its shape
     */
    List<Tensor> gradients(Tensor dOut);

    /** A check of the gradients against central differences. */
    GradientCheck check();
}
