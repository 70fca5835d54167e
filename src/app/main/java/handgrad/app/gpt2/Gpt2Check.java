package handgrad.app.gpt2;

import handgrad.app.command.Lines;
import handgrad.file.PrintableText;
import handgrad.io.Gpt2DebugState;
import handgrad.io.Gpt2FileException;
import handgrad.io.Gpt2Model;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Gpt;
import handgrad.nn.Parameter;
import handgrad.optim.AdamOptions;
import handgrad.optim.AdamW;
import handgrad.tensor.Tensor;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** llm.c's test of a GPT-2, and its table. */
final class Gpt2Check {
    /** What llm.c allows. */
    private static final double LOGITS = 1e-2;

    private static final double GRADIENTS = 2e-2;
    private static final double LOSS = 1e-2;

    private static final int STEPS = 10;
    private static final double LEARNING_RATE = 1e-4;
    private static final AdamOptions ADAM = AdamOptions.PYTORCH.withWeightDecay(0.01);

    private final PublishedLosses published;
    private final PrintWriter out;
    private final CrossEntropyLoss loss = CrossEntropyLoss.inPlace();
    private final List<String> wrong = new ArrayList<>();

    Gpt2Check(PublishedLosses published, PrintWriter out) {
        this.published = published;
        this.out = out;
    }

    /** The numbers of the file that a row of the table stands for, and how far ours are from them. */
    private record Difference(double largest, double error) {
        static Difference of(Tensor actual, Tensor expected) {
            double largest = 0;
            double error = 0;
            float[] ours = actual.floats();
            float[] theirs = expected.floats();
            for (int i = 0; i < theirs.length; i++) {
                // Math.max keeps a NaN.
                largest = Math.max(largest, Math.abs(theirs[i]));
                error = Math.max(error, Math.abs((double) ours[i] - theirs[i]));
            }
            return new Difference(largest, error);
        }

        Difference and(Difference other) {
            return new Difference(Math.max(largest, other.largest), Math.max(error, other.error));
        }
    }

    /** Prints what is compared as it is done; returns whether all is within what llm.c allows. */
    boolean run(Path modelFile, Path stateFile) throws Gpt2FileException {
        var file = Gpt2Model.read(modelFile);
        var batch = compare(file, stateFile, modelFile);
        steps(batch);
        out.println();
        out.println(wrong.isEmpty() ? "all right" : "wrong: " + String.join(", ", wrong));
        return wrong.isEmpty();
    }

    private void steps(FirstPass batch) {
        var model = batch.model;
        boolean isPublished = published.areOf(model.options(), batch.x);
        out.printf(
                "%n%4s  %9s%s%n",
                "step", "loss", isPublished ? "  %9s  %8s  %7s".formatted("llm.c", "error", "allowed") : "");
        var adam = new AdamW(model.parameters(), ADAM);
        for (int step = 0; step < STEPS; step++) {
            // The first pass is that of the comparison.
            double value = step == 0 ? batch.loss : pass(model, batch.x, batch.y);
            out.printf(Locale.ROOT, "%4d  %9.6f", step, value);
            var name = "the loss of step " + step;
            if (isPublished) {
                double theirs = published.losses().get(step);
                double error = Math.abs(value - theirs);
                out.printf(Locale.ROOT, "  %9.6f  %8.1e  %7s%s%n", theirs, error, LOSS, verdict(name, error, LOSS));
            } else {
                out.println(verdict(name, value, Double.MAX_VALUE));
            }
            out.flush();
            adam.step(LEARNING_RATE);
        }
        if (!isPublished) {
            out.println(Lines.wrapped("llm.c's own losses are of " + published + ": these are compared with none"));
        }
    }

    /** A model after the backward pass of its first batch. */
    private record FirstPass(Gpt model, Tensor x, Tensor y, double loss) {}

    /** The first pass beside the file, whose gradients are garbage when this returns. */
    private FirstPass compare(Gpt2Model file, Path stateFile, Path modelFile) throws Gpt2FileException {
        var state = Gpt2DebugState.read(stateFile, file);
        var model = file.load();
        printHead(modelFile, stateFile, model, state.x());
        var logits = Difference.of(model.forward(state.x()), state.logits());
        double value = pass(model, state.x(), state.y());
        out.printf("%n%-38s  %9s  %8s  %7s%n", "", "largest", "error", "allowed");
        print("logits", logits, LOGITS);
        print("loss", new Difference(state.loss(), Math.abs(value - state.loss())), LOSS);
        out.println("gradient of");
        differences(model.namedParameters(), state.gradients())
                .forEach((name, difference) -> print("  " + name, difference, GRADIENTS));
        return new FirstPass(model, state.x(), state.y(), value);
    }

    private void printHead(Path modelFile, Path stateFile, Gpt model, Tensor x) {
        var options = model.options();
        out.println("model  " + PrintableText.of(modelFile.toString()));
        out.printf(
                Locale.ROOT,
                "       %d layers, %d heads, %d wide, %,d positions, vocabulary %,d%n       %,d parameters%n",
                options.layers(),
                options.heads(),
                options.embedding(),
                options.blockSize(),
                options.vocabulary(),
                model.parameterCount());
        out.println("state  " + PrintableText.of(stateFile.toString()));
        out.printf("       a batch of %d x %d%n", x.size(0), x.size(1));
        out.flush();
    }

    /** A forward and a backward pass; returns the loss. */
    private double pass(Gpt model, Tensor x, Tensor y) {
        double value = loss.forward(model.forward(x), y);
        model.parameters().forEach(Parameter::zeroGrad);
        model.backward(loss.backward());
        return value;
    }

    /** Those of the sixteen kinds of gradients, the blocks together. */
    private static Map<String, Difference> differences(
            Map<String, Parameter> parameters, Map<String, Tensor> gradients) {
        var differences = new LinkedHashMap<String, Difference>();
        gradients.forEach((name, expected) -> {
            var parameter = Objects.requireNonNull(parameters.get(name), name);
            differences.merge(
                    name.replaceFirst("^blocks\\.\\d+\\.", "blocks.*."),
                    Difference.of(parameter.grad(), expected),
                    Difference::and);
        });
        return differences;
    }

    private void print(String name, Difference difference, double allowed) {
        out.printf(
                Locale.ROOT,
                "%-38s  %9.4f  %8.1e  %7s%s%n",
                name,
                difference.largest,
                difference.error,
                allowed,
                verdict(name, difference.error, allowed));
        out.flush();
    }

    private String verdict(String name, double error, double allowed) {
        if (error <= allowed) {
            return "";
        }
        wrong.add(name.strip());
        return "  wrong";
    }
}
