package handgrad.models;

import handgrad.check.pass.NamedPass;
import handgrad.nn.Layer;
import handgrad.tensor.Tensor;

/** A layer that gives names to the tensors inside it, for those who want to look at them. */
public interface NamedLayer extends Layer {
    /**
     * What {@link #forward(Tensor)} gives, up to rounding, in the steps of the lecture: names get the tensors on the
     * way, and what they return is worked with. Keeps nothing for backward and moves no running statistics.
     */
    Tensor forward(Tensor x, NamedPass.Names names);
}
