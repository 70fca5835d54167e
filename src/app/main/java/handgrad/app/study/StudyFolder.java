package handgrad.app.study;

import handgrad.app.command.FailedException;
import handgrad.app.command.Progress;
import handgrad.app.command.UserFile;
import handgrad.app.command.WrongInputException;
import handgrad.app.train.RunFolder;
import handgrad.file.AtomicFile;
import handgrad.file.PrintableText;
import handgrad.page.Browser;
import handgrad.page.Page;
import handgrad.page.PageHtml;
import handgrad.tensor.Backend;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;

/**
 * The folder of a study: what has been measured, by its options, and the page made of it.
 *
 * <ul>
 *   <li>{@code results.jsonl} gets a line as soon as an experiment is done. An experiment whose options it has is not
 *       run again, so a stopped study goes on where it was, and a page is redrawn without computing.
 *   <li>{@code numbers.json} has all numbers of the last page, and {@code report.html} is that page.
 * </ul>
 */
public final class StudyFolder {
    public static final String RESULTS = "results.jsonl";

    private static final int MAXIMUM_BYTES = 256 << 20;

    private final Path path;
    private final Map<Map<String, String>, Numbers> measured = new HashMap<>();
    private final Map<Map<String, String>, Numbers> asked = new LinkedHashMap<>();

    /** Opens a folder, which is made if it is not there. */
    public StudyFolder(Path path) {
        this.path = path;
        try {
            Files.createDirectories(path);
        } catch (IOException exception) {
            throw cannotUse(path, exception);
        }
        var file = path.resolve(RESULTS);
        try {
            read(file);
        } catch (IOException exception) {
            throw cannotUse(file, exception);
        }
    }

    private static WrongInputException cannotUse(Path path, IOException exception) {
        return new WrongInputException("--out: " + path + " cannot be used: " + RunFolder.reason(exception));
    }

    /** Reads the results; a last line that a stopped study left unfinished is taken off. */
    private void read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        var bytes = new UserFile("--out: ", file, "the results of a study").bytes(MAXIMUM_BYTES);
        // Not strictly: the line that was cut off may end within a character.
        var text = new String(bytes, StandardCharsets.UTF_8);
        var whole = text.substring(0, text.lastIndexOf('\n') + 1);
        if (whole.length() < text.length()) {
            AtomicFile.write(file, whole);
        }
        int number = 0;
        for (var line : (Iterable<String>) whole.lines()::iterator) {
            number++;
            try {
                measured.putAll(NumbersJson.read(line));
            } catch (JacksonException | NumberFormatException exception) {
                throw new WrongInputException(
                        "--out: %s, line %d: is no result; remove the line".formatted(file, number));
            }
        }
    }

    /** The numbers of an experiment, measured now if they never were. */
    public Numbers measure(Experiment experiment) {
        return measureAll("measuring", List.of(experiment)).getFirst();
    }

    /**
     * The numbers of each experiment. Those that never were measured are measured now, several at once and with a bar
     * on the terminal; which runs beside which changes nothing.
     *
     * @param task what the bar is called
     */
    public List<Numbers> measureAll(String task, List<Experiment> experiments) {
        var missing = List.copyOf(experiments.stream()
                .filter(experiment -> !measured.containsKey(experiment.options()))
                .collect(Collectors.toMap(
                        Experiment::options, experiment -> experiment, (one, _) -> one, LinkedHashMap::new))
                .values());
        long steps = missing.stream().mapToLong(Experiment::steps).sum();
        var done = new AtomicLong();
        try (var progress = new Progress(task, steps, missing.isEmpty())) {
            Backend.share(missing.size(), number -> {
                var experiment = missing.get(number);
                var left = new AtomicInteger(experiment.steps());
                var numbers = experiment.measurement().apply(() -> {
                    left.decrementAndGet();
                    progress.done(done.incrementAndGet());
                });
                add(experiment.options(), numbers);
                // A training that diverged ends before its last step.
                progress.done(done.addAndGet(left.get()));
            });
        }
        experiments.forEach(experiment -> asked.put(experiment.options(), measured(experiment)));
        return experiments.stream().map(this::measured).toList();
    }

    private synchronized Numbers measured(Experiment experiment) {
        var numbers = measured.get(experiment.options());
        if (numbers == null) {
            throw new IllegalStateException("not measured: " + experiment.options());
        }
        return numbers;
    }

    private synchronized void add(Map<String, String> options, Numbers numbers) {
        measured.put(options, numbers);
        var file = path.resolve(RESULTS);
        try {
            Files.writeString(
                    file,
                    NumbersJson.of(options, numbers) + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException exception) {
            throw cannotWrite(file, exception);
        }
    }

    /** Writes the page and, beside it, every number that was asked for; says where, and opens the page if so asked. */
    public void write(Page page, boolean open, PrintWriter out) {
        var numbers = path.resolve("numbers.json");
        var report = path.resolve("report.html");
        try {
            Files.writeString(numbers, NumbersJson.of(asked) + "\n");
        } catch (IOException exception) {
            throw cannotWrite(numbers, exception);
        }
        try {
            AtomicFile.write(report, PageHtml.text(page));
        } catch (IOException exception) {
            throw cannotWrite(report, exception);
        }
        out.println();
        out.println(PrintableText.of("numbers:  " + numbers));
        out.println(PrintableText.of("report:   " + report));
        if (open && !Browser.open(report.toUri())) {
            out.println("No browser could be started here; open " + report.toUri());
        }
        out.flush();
    }

    private static FailedException cannotWrite(Path file, IOException exception) {
        return new FailedException(file + " cannot be written: " + RunFolder.reason(exception)
                + "; make room, and the same command goes on with what is measured");
    }
}
