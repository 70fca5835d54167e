package handgrad.app.study.batchnorm;

import handgrad.nn.Parameter;
import handgrad.tensor.Tensor;
import handgrad.tensor.Updates;
import java.util.List;

/** The gradients of some parameters, copied: one long vector in parts. */
record GradientVector(List<Tensor> parts) {
    /** As it stands in the parameters. */
    static GradientVector of(List<Parameter> parameters) {
        return new GradientVector(
                parameters.stream().map(parameter -> parameter.grad().copy()).toList());
    }

    /** Writes it back into the parameters that it was copied of. */
    void restore(List<Parameter> parameters) {
        for (int i = 0; i < parts.size(); i++) {
            parameters.get(i).grad().copyFrom(parts.get(i));
        }
    }

    /** value -= step · gradient, for the parameters that it was copied of. */
    void descend(List<Parameter> parameters, double step) {
        for (int i = 0; i < parts.size(); i++) {
            Updates.addScaled(parameters.get(i).value(), -step, parts.get(i));
        }
    }

    /** ‖this‖₂. */
    double norm() {
        return Math.sqrt(dot(this));
    }

    /** ⟨this, other⟩, summed in float64. */
    double dot(GradientVector other) {
        double sum = 0;
        for (int part = 0; part < parts.size(); part++) {
            float[] a = parts.get(part).floats();
            float[] b = other.parts.get(part).floats();
            for (int i = 0; i < a.length; i++) {
                sum += (double) a[i] * b[i];
            }
        }
        return sum;
    }

    /** ‖this - other‖₂, summed in float64. */
    double distance(GradientVector other) {
        double sum = 0;
        for (int part = 0; part < parts.size(); part++) {
            float[] a = parts.get(part).floats();
            float[] b = other.parts.get(part).floats();
            for (int i = 0; i < a.length; i++) {
                double difference = (double) a[i] - b[i];
                sum += difference * difference;
            }
        }
        return Math.sqrt(sum);
    }

    /** The cosine of the angle to another gradient; NaN where one of them is 0. */
    double cosine(GradientVector other) {
        return dot(other) / (norm() * other.norm());
    }
}
