package handgrad.diagnostics;

import static handgrad.diagnostics.LayerTraits.Linearity.LINEAR;
import static handgrad.diagnostics.LayerTraits.Linearity.NON_LINEAR;
import static handgrad.diagnostics.LayerTraits.Linearity.TRANSPARENT;

import handgrad.nn.AvgPool2d;
import handgrad.nn.BagOfWords;
import handgrad.nn.BatchNorm1d;
import handgrad.nn.BatchNorm2d;
import handgrad.nn.CausalConv1d;
import handgrad.nn.CausalMean;
import handgrad.nn.CausalSelfAttention;
import handgrad.nn.Conv2d;
import handgrad.nn.ConvTranspose2d;
import handgrad.nn.Dropout;
import handgrad.nn.Embedding;
import handgrad.nn.Flatten;
import handgrad.nn.FlattenConsecutive;
import handgrad.nn.GatedActivation;
import handgrad.nn.GatedResidualStack;
import handgrad.nn.Gelu;
import handgrad.nn.GlobalAvgPool2d;
import handgrad.nn.Gpt;
import handgrad.nn.GroupedLinear;
import handgrad.nn.Gru;
import handgrad.nn.Layer;
import handgrad.nn.LayerNorm;
import handgrad.nn.LeakyRelu;
import handgrad.nn.Linear;
import handgrad.nn.LogSoftmax;
import handgrad.nn.Lstm;
import handgrad.nn.MakemoreGru;
import handgrad.nn.MaxPool2d;
import handgrad.nn.PositionalEmbedding;
import handgrad.nn.RMSNorm;
import handgrad.nn.Relu;
import handgrad.nn.Residual;
import handgrad.nn.Rnn;
import handgrad.nn.Sequential;
import handgrad.nn.Sigmoid;
import handgrad.nn.Silu;
import handgrad.nn.Softmax;
import handgrad.nn.Tanh;
import handgrad.nn.TiedLinear;
import handgrad.nn.TransformerBlock;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a kind of layer is to the rules of the {@link ModelDoctor}: one row for each layer of {@link handgrad.nn}.
 *
 * @param linearity to the rule of a missing non-linearity
 * @param flatness to the rules of saturation and of dead units, null for a layer whose outputs they do not judge
 */
record LayerTraits(Linearity linearity, @Nullable Flatness flatness) {
    /** What a layer between two linear ones does. */
    enum Linearity {
        /** It multiplies by a full matrix of its own. */
        LINEAR,
        /** It is linear, but has no such matrix: two linear layers around it are still one. */
        TRANSPARENT,
        /** It is not linear, or its matrix is a special one: it ends a chain of linear layers. */
        NON_LINEAR
    }

    private static final Map<Class<? extends Layer>, LayerTraits> OF = Map.ofEntries(
            Map.entry(Linear.class, new LayerTraits(LINEAR, null)),
            Map.entry(BatchNorm1d.class, new LayerTraits(TRANSPARENT, null)),
            Map.entry(BatchNorm2d.class, new LayerTraits(TRANSPARENT, null)),
            Map.entry(Dropout.class, new LayerTraits(TRANSPARENT, null)),
            Map.entry(Flatten.class, new LayerTraits(TRANSPARENT, null)),
            Map.entry(FlattenConsecutive.class, new LayerTraits(TRANSPARENT, null)),
            Map.entry(Embedding.class, new LayerTraits(NON_LINEAR, null)),
            Map.entry(PositionalEmbedding.class, new LayerTraits(TRANSPARENT, null)),
            Map.entry(TiedLinear.class, new LayerTraits(LINEAR, null)),
            Map.entry(GroupedLinear.class, new LayerTraits(NON_LINEAR, null)),
            Map.entry(CausalConv1d.class, new LayerTraits(NON_LINEAR, null)),
            Map.entry(Conv2d.class, new LayerTraits(NON_LINEAR, null)),
            Map.entry(CausalSelfAttention.class, new LayerTraits(NON_LINEAR, null)),
            Map.entry(TransformerBlock.class, new LayerTraits(NON_LINEAR, null)),
            Map.entry(Gpt.class, new LayerTraits(NON_LINEAR, null)),
            Map.entry(LayerNorm.class, new LayerTraits(NON_LINEAR, null)),
            Map.entry(RMSNorm.class, new LayerTraits(NON_LINEAR, null)),
            Map.entry(ConvTranspose2d.class, new LayerTraits(NON_LINEAR, null)),
            Map.entry(MaxPool2d.class, new LayerTraits(NON_LINEAR, null)),
            Map.entry(AvgPool2d.class, new LayerTraits(NON_LINEAR, null)),
            Map.entry(GlobalAvgPool2d.class, new LayerTraits(NON_LINEAR, null)),
            Map.entry(GatedActivation.class, new LayerTraits(NON_LINEAR, null)),
            Map.entry(GatedResidualStack.class, new LayerTraits(NON_LINEAR, null)),
            Map.entry(Softmax.class, new LayerTraits(NON_LINEAR, null)),
            Map.entry(LogSoftmax.class, new LayerTraits(NON_LINEAR, null)),
            Map.entry(Tanh.class, new LayerTraits(NON_LINEAR, Flatness.TANH)),
            Map.entry(Sigmoid.class, new LayerTraits(NON_LINEAR, Flatness.SIGMOID)),
            Map.entry(Relu.class, new LayerTraits(NON_LINEAR, Flatness.RELU)),
            Map.entry(LeakyRelu.class, new LayerTraits(NON_LINEAR, Flatness.NONE)),
            Map.entry(Gelu.class, new LayerTraits(NON_LINEAR, Flatness.NONE)),
            Map.entry(Silu.class, new LayerTraits(NON_LINEAR, Flatness.NONE)),
            Map.entry(Rnn.class, new LayerTraits(NON_LINEAR, null)),
            Map.entry(Gru.class, new LayerTraits(NON_LINEAR, null)),
            Map.entry(Lstm.class, new LayerTraits(NON_LINEAR, null)),
            Map.entry(MakemoreGru.class, new LayerTraits(NON_LINEAR, null)),
            Map.entry(CausalMean.class, new LayerTraits(NON_LINEAR, null)),
            Map.entry(BagOfWords.class, new LayerTraits(NON_LINEAR, null)),
            Map.entry(Residual.class, new LayerTraits(NON_LINEAR, null)),
            // A model is observed layer by layer, so no rule ever gets a Sequential.
            Map.entry(Sequential.class, new LayerTraits(NON_LINEAR, null)));

    /** A layer that somebody else wrote. */
    private static final LayerTraits UNKNOWN = new LayerTraits(NON_LINEAR, null);

    static LayerTraits of(Layer layer) {
        return OF.getOrDefault(layer.getClass(), UNKNOWN);
    }

    static boolean knows(Class<?> layer) {
        return OF.containsKey(layer);
    }
}
