package handgrad.optim;

import handgrad.nn.Parameter;
import handgrad.tensor.Tensor;
import java.util.List;

/** What {@link Adam} and {@link AdamW} keep: for each parameter the running averages of its gradient and its square. */
final class AdamMoments {
    /** A step on one parameter. */
    interface Update {
        void apply(Parameter parameter, Tensor mean, Tensor square, int step);
    }

    private final ParameterList parameters;
    private final List<Tensor> means;
    private final List<Tensor> squares;
    private int step;

    AdamMoments(String optimizer, List<Parameter> parameters) {
        this.parameters = new ParameterList(optimizer, parameters);
        this.means = this.parameters.zeros();
        this.squares = this.parameters.zeros();
    }

    void zeroGrad() {
        parameters.zeroGrad();
    }

    void step(double lr, Update update) {
        parameters.requireRate(lr);
        parameters.requireTypes(means);
        step++;
        for (int i = 0; i < parameters.size(); i++) {
            update.apply(parameters.get(i), means.get(i), squares.get(i), step);
        }
    }
}
