package handgrad.app.diagram;

import handgrad.check.pass.NamedPass;
import handgrad.check.pass.PassGraph;
import handgrad.check.result.Verdict;
import handgrad.models.LectureModel;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.IdentityHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A model of the lectures as a subject: its first batch forward and backward, checked in FLOAT64. */
final class ModelSubject {
    private final ModelRun run;
    private @Nullable Map<String, Tensor> gradients;
    private @Nullable NamedPass pass;

    private ModelSubject(LectureModel lecture) {
        run = new ModelRun(lecture, DType.FLOAT64);
    }

    /** The model with the weights that its training begins with, and the first batch. */
    static DiagramSubject of(LectureModel lecture) {
        var shown = new ModelRun(lecture, DType.FLOAT32);
        var variables = new IdentityHashMap<Tensor, String>();
        variables.put(shown.batch().x(), "Xb");
        variables.put(shown.batch().y(), "Yb");
        var checked = new ModelSubject(lecture);
        return new DiagramSubject(
                String.format(
                        Locale.ROOT,
                        "%s (%s): %,d parameters, batch %d",
                        lecture.title(),
                        lecture.lecture(),
                        shown.parameterCount(),
                        shown.batch().x().size(0)),
                PassGraph.untilLoss(shown::forward),
                variables,
                shown.spans(),
                checked::gradient,
                checked::verdict,
                SourceCode::ofLayers);
    }

    private @Nullable Tensor gradient(String name) {
        if (gradients == null) {
            gradients = run.gradients();
        }
        return gradients.get(name);
    }

    private Verdict verdict(String name) {
        var gradient = gradient(name);
        if (gradient == null) {
            return Verdict.UNCHECKED;
        }
        if (pass == null) {
            pass = run.pass();
        }
        return pass.compare(name, gradient).verdict();
    }
}
