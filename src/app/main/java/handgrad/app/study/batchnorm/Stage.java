package handgrad.app.study.batchnorm;

import handgrad.nn.Conv2d;
import handgrad.nn.Embedding;
import handgrad.nn.Layer;
import handgrad.nn.Linear;
import handgrad.nn.Parameter;
import handgrad.nn.Sequential;
import java.util.ArrayList;
import java.util.List;

/**
 * A layer as the paper counts them: a linear layer, a convolution or an embedding, with all that follows it up to the
 * next, its normalisation too.
 *
 * @param first the position of its first layer in the model
 * @param weight the weight of that layer, which every {@link Variant} has alike
 * @param parameters all parameters, the weight first
 */
record Stage(int first, Parameter weight, List<Parameter> parameters) {
    /** The stages of a model from input to output. */
    static List<Stage> of(Sequential model) {
        var stages = new ArrayList<Stage>();
        var layers = model.layers();
        for (int i = 0; i < layers.size(); i++) {
            if (isWeighted(layers.get(i))) {
                int end = i + 1;
                var parameters = new ArrayList<>(layers.get(i).parameters());
                while (end < layers.size() && !isWeighted(layers.get(end))) {
                    parameters.addAll(layers.get(end).parameters());
                    end++;
                }
                stages.add(new Stage(i, parameters.getFirst(), List.copyOf(parameters)));
            }
        }
        return List.copyOf(stages);
    }

    private static boolean isWeighted(Layer layer) {
        return layer instanceof Linear || layer instanceof Conv2d || layer instanceof Embedding;
    }
}
