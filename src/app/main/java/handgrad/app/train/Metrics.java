package handgrad.app.train;

import handgrad.app.command.WrongInputException;
import handgrad.file.AtomicFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntPredicate;

/**
 * Writes the metrics of a run as JSON lines, each at once, so that a run can be watched and survives being killed. A
 * file that cannot be written is told once and ends no training; later lines are tried again.
 */
public final class Metrics implements Closeable {
    private final Consumer<String> warning;
    private final List<AppendedFile> files = new ArrayList<>();
    private final List<TensorBoard> boards = new ArrayList<>();

    /**
     * Metrics that are written nowhere yet.
     *
     * @param warning is told, in one printable line for each file, what could not be written
     */
    public Metrics(Consumer<String> warning) {
        this.warning = warning;
    }

    /** Starts a file anew that gets every line from now on. */
    void addFile(Path file) throws IOException {
        files.add(AppendedFile.create(file, new byte[0], warning));
    }

    /** Goes on with the file of a run that is resumed, after {@link #cut}; it gets every line from now on. */
    void continueFile(Path file) throws IOException {
        files.add(AppendedFile.extend(file, warning));
    }

    /**
     * Also writes event files for TensorBoard into the folder {@code tensorboard} of a run, beginning with the metrics
     * that are in its folder. The metrics of the run are to be started, or cut, before.
     *
     * @param run the folder of the run
     * @throws WrongInputException if its metrics cannot be read
     */
    public void addTensorBoard(Path run) {
        var soFar = new RunFolder(run).metrics();
        boards.add(TensorBoard.open(
                run.resolve("tensorboard"), Files.exists(soFar) ? MetricsFile.lines(soFar) : List.of(), warning));
    }

    /**
     * Takes from the metrics of a run what it will do again when it is resumed, so that in the end the file is that of
     * an unbroken run but for the seconds: the losses of batches from a step on, the losses after later steps, those
     * after the last step, and a line that was not written to its end. The file is replaced whole; where there is none,
     * or a device, nothing happens.
     *
     * @param step how many steps are done where the run goes on
     * @param logged whether an unbroken run writes the loss of a step's batch
     * @throws WrongInputException if the file cannot be read, or has a line that is none of metrics
     */
    public static void cut(Path file, int step, IntPredicate logged) throws IOException {
        if (!Files.isRegularFile(file)) {
            return;
        }
        var kept = new StringBuilder();
        for (var line : MetricsFile.lines(file)) {
            boolean stays = switch (line) {
                case MetricsLine.Step batch -> batch.step() < step && logged.test(batch.step());
                case MetricsLine.Evaluated evaluated -> evaluated.step() <= step;
                case MetricsLine.Final _ -> false;
            };
            if (stays) {
                kept.append(line.json()).append('\n');
            }
        }
        AtomicFile.write(file, kept.toString());
    }

    /**
     * {@code {"step":0,"loss":3.3239,"lr":0.1,"seconds":0.012}}: the loss of a step's batch, before the step changed
     * the weights.
     *
     * @param seconds the training time so far, over all its parts, without evaluations and saving
     */
    public void step(int step, double loss, double lr, double seconds) {
        add(new MetricsLine.Step(step, loss, lr, seconds));
    }

    /**
     * {@code {"step":500,"split":"dev","loss":2.2,"seconds":1.25}}: the loss over a whole part of the data on the way.
     *
     * @param step how many steps are done
     * @param seconds the training time so far, as for a step
     */
    public void evaluation(int step, String split, double loss, double seconds) {
        add(new MetricsLine.Evaluated(step, split, loss, seconds));
    }

    /** {@code {"split":"dev","loss":2.1057}}: the loss over a whole part of the data, after the last step. */
    public void split(String split, double loss) {
        add(new MetricsLine.Final(split, loss));
    }

    private void add(MetricsLine line) {
        byte[] bytes = (line.json() + "\n").getBytes(StandardCharsets.UTF_8);
        files.forEach(file -> file.add(bytes));
        boards.forEach(board -> board.add(line));
    }

    @Override
    public void close() {
        files.forEach(AppendedFile::close);
        boards.forEach(TensorBoard::close);
    }
}
