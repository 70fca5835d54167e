package handgrad.examples.model;

import handgrad.check.NamedPass;
import handgrad.nn.Layer;
import handgrad.tensor.Tensor;

/** A layer that gives names to the tensors inside it, for those who want to look at them. */
public interface NamedLayer extends Layer {
    /** Names for nobody. */
    NamedPass.Names UNNAMED = (_, value) -> value;

    /** The output for an input x; names get the tensors on the way, and what they return is worked with. */
    Tensor forward(Tensor x, NamedPass.Names names);

    @Override
    default Tensor forward(Tensor x) {
        return forward(x, UNNAMED);
    }
}
