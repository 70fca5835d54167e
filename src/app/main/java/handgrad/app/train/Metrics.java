package handgrad.app.train;

import handgrad.app.command.FailedException;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Writes the metrics of a run as JSON lines, each flushed, so that a run can be watched and survives being killed. */
public final class Metrics implements Closeable {
    private final JsonFactory json = new JsonFactory();
    private final List<BufferedWriter> files = new ArrayList<>();

    /** Starts a file anew that gets every line from now on. */
    void addFile(Path file) throws IOException {
        files.add(Files.newBufferedWriter(file));
    }

    /** {@code {"step":0,"loss":3.3239,"lr":0.1}}: the loss of a step's batch, before the step changed the weights. */
    public void step(int step, double loss, double lr) {
        line(generator -> {
            generator.writeNumberProperty("step", step);
            generator.writeNumberProperty("loss", loss);
            generator.writeNumberProperty("lr", lr);
        });
    }

    /** {@code {"split":"dev","loss":2.1057}}: the loss over a whole part of the data, after the last step. */
    public void split(String split, double loss) {
        line(generator -> {
            generator.writeStringProperty("split", split);
            generator.writeNumberProperty("loss", loss);
        });
    }

    private interface Content {
        void write(JsonGenerator generator);
    }

    private void line(Content content) {
        var line = new StringWriter();
        try (var generator = json.createGenerator(ObjectWriteContext.empty(), line)) {
            generator.writeStartObject();
            content.write(generator);
            generator.writeEndObject();
        }
        try {
            for (var file : files) {
                file.write(line + "\n");
                file.flush();
            }
        } catch (IOException exception) {
            throw new FailedException("the metrics cannot be written: " + RunFolder.reason(exception));
        }
    }

    @Override
    public void close() throws IOException {
        for (var file : files) {
            file.close();
        }
    }
}
