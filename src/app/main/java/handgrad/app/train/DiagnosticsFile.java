package handgrad.app.train;

import handgrad.diagnostics.Advice;
import handgrad.diagnostics.Histogram;
import handgrad.diagnostics.LossCurve;
import handgrad.diagnostics.Picture;
import handgrad.diagnostics.Recorder;
import handgrad.diagnostics.Snapshot;
import handgrad.diagnostics.TensorStatistics;
import handgrad.diagnostics.UpdateRatios;
import handgrad.diagnostics.WeightStatistics;
import handgrad.file.AtomicFile;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * What was seen of a training as a JSON object. Its properties are called as the components of the records that they
 * hold; a number that is NaN or infinite is null.
 */
final class DiagnosticsFile {
    private static final JsonFactory JSON = new JsonFactory();

    private final JsonGenerator generator;

    private DiagnosticsFile(JsonGenerator generator) {
        this.generator = generator;
    }

    static void write(Path file, Recorder recorder) throws IOException {
        var text = new StringWriter();
        try (var generator = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            new DiagnosticsFile(generator).write(recorder);
        }
        AtomicFile.write(file, text.toString());
    }

    private void write(Recorder recorder) {
        generator.writeStartObject();
        lossCurve(LossCurve.of(recorder.losses()));
        updateRatios(recorder.updateRatios());
        array("snapshots", recorder.snapshots(), this::snapshot);
        array("advice", recorder.advice(), this::advice);
        generator.writeEndObject();
    }

    private void lossCurve(LossCurve curve) {
        generator.writeObjectPropertyStart("lossCurve");
        generator.writeNumberProperty("binSize", curve.binSize());
        numbers("log10", curve.log10());
        generator.writeEndObject();
    }

    private void updateRatios(UpdateRatios ratios) {
        generator.writeObjectPropertyStart("updateRatios");
        array("names", ratios.names(), generator::writeString);
        array("steps", ratios.steps(), generator::writeNumber);
        array("log10", ratios.log10(), this::numbers);
        generator.writeEndObject();
    }

    private void snapshot(Snapshot snapshot) {
        generator.writeStartObject();
        generator.writeNumberProperty("step", snapshot.step());
        number("loss", snapshot.loss());
        array("activations", snapshot.activations(), this::tensor);
        array("activationGradients", snapshot.activationGradients(), this::tensor);
        array("weights", snapshot.weights(), this::weight);
        generator.writeName("dlogits");
        picture(snapshot.dlogits());
        generator.writeEndObject();
    }

    private void tensor(TensorStatistics tensor) {
        generator.writeStartObject();
        generator.writeStringProperty("name", tensor.name());
        generator.writeStringProperty("kind", tensor.kind());
        generator.writeName("shape");
        generator.writeArray(tensor.shape().toArray(), 0, tensor.shape().rank());
        number("mean", tensor.mean());
        number("std", tensor.std());
        number("saturated", tensor.saturated());
        number("zero", tensor.zero());
        number("deadUnits", tensor.deadUnits());
        generator.writeName("histogram");
        histogram(tensor.histogram());
        generator.writeEndObject();
    }

    private void histogram(Histogram histogram) {
        generator.writeStartObject();
        number("from", histogram.from());
        number("to", histogram.to());
        generator.writeName("counts");
        generator.writeArray(histogram.counts(), 0, histogram.counts().length);
        generator.writeEndObject();
    }

    private void weight(WeightStatistics weight) {
        generator.writeStartObject();
        generator.writeName("value");
        tensor(weight.value());
        generator.writeName("gradient");
        tensor(weight.gradient());
        number("gradientToData", weight.gradientToData());
        number("updateToData", weight.updateToData());
        generator.writeEndObject();
    }

    private void picture(Picture picture) {
        generator.writeStartObject();
        generator.writeNumberProperty("rows", picture.rows());
        generator.writeNumberProperty("columns", picture.columns());
        generator.writeArrayPropertyStart("values");
        for (float value : picture.values()) {
            if (Float.isFinite(value)) {
                generator.writeNumber(value);
            } else {
                generator.writeNull();
            }
        }
        generator.writeEndArray();
        generator.writeEndObject();
    }

    private void advice(Advice advice) {
        generator.writeStartObject();
        generator.writeStringProperty("rule", advice.rule().name());
        generator.writeNumberProperty("step", advice.step());
        generator.writeStringProperty("text", advice.text());
        generator.writeEndObject();
    }

    private <T> void array(String name, List<T> elements, Consumer<T> write) {
        generator.writeArrayPropertyStart(name);
        elements.forEach(write);
        generator.writeEndArray();
    }

    private void numbers(String name, double[] values) {
        generator.writeName(name);
        numbers(values);
    }

    private void numbers(double[] values) {
        generator.writeStartArray();
        for (double value : values) {
            number(value);
        }
        generator.writeEndArray();
    }

    private void number(String name, double value) {
        generator.writeName(name);
        number(value);
    }

    private void number(double value) {
        if (Double.isFinite(value)) {
            generator.writeNumber(value);
        } else {
            generator.writeNull();
        }
    }
}
