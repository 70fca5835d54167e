package handgrad.app.sequence;

import handgrad.app.command.JsonObject;
import handgrad.app.command.UserFile;
import handgrad.app.command.WrongInputException;
import handgrad.app.train.EvaluationSchedule;
import handgrad.app.train.RunOptions;
import handgrad.app.train.SavedWeights;
import handgrad.app.train.ShardsOption;
import handgrad.file.PrintableText;
import handgrad.io.TrainingState;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Function;

/**
 * What a run of a model of sequences can be repeated with.
 *
 * @param model the model
 * @param values a value for each setting that the model has
 * @param evaluation when it is evaluated while it lasts
 * @param alphabet the characters that are its symbols, in their order; empty where they are not known yet, or its
 *     symbols are no characters of the data
 */
record SequenceOptions(
        SequenceModel model, SequencedMap<Setting, String> values, EvaluationSchedule evaluation, String alphabet)
        implements RunOptions {
    private static final int MAXIMUM_BYTES = 1 << 22;
    private static final String MODEL = "model";
    private static final String ALPHABET = "alphabet";
    private static final String DIGEST = "digest";
    private static final String EVAL_EVERY = "evalEvery";
    private static final String PATIENCE = "patience";

    /** The data of a run for which no file is named. */
    static final String BUNDLED = "bundled";

    /** Settings that may differ when a run goes on: steps may grow, and the data may have moved. */
    private static final Set<Setting> MAY_DIFFER = Set.of(Setting.STEPS, Setting.DATA);

    /** Copies the values, and refuses those without a meaning. */
    SequenceOptions {
        values = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(values));
        values.forEach((setting, text) -> {
            if (!text.equals(Setting.NOT_GIVEN)) {
                setting.check(text);
            }
        });
    }

    /** What the model is trained with where nothing is said. */
    static SequenceOptions defaults(SequenceModel model) {
        return new SequenceOptions(model, model.defaults(), model.evaluation(), "");
    }

    /** These options with another value of a setting. */
    SequenceOptions with(Setting setting, String text) {
        var changed = new LinkedHashMap<>(values);
        changed.put(setting, text);
        return new SequenceOptions(model, changed, evaluation, alphabet);
    }

    /** These options, evaluated at other steps. */
    SequenceOptions with(EvaluationSchedule other) {
        return new SequenceOptions(model, values, other, alphabet);
    }

    /** These options with the symbols of the data. */
    SequenceOptions withAlphabet(String characters) {
        return new SequenceOptions(model, values, evaluation, characters);
    }

    /** The value of a setting that the model has. */
    String text(Setting setting) {
        return Objects.requireNonNull(values.get(setting), setting::option);
    }

    /** Whether a setting has a value. */
    boolean has(Setting setting) {
        return !values.getOrDefault(setting, Setting.NOT_GIVEN).equals(Setting.NOT_GIVEN);
    }

    int integer(Setting setting) {
        return Integer.parseInt(text(setting));
    }

    double number(Setting setting) {
        return Double.parseDouble(text(setting));
    }

    boolean flag(Setting setting) {
        return Boolean.parseBoolean(text(setting));
    }

    /** The file of a setting; empty where none is given. */
    Optional<Path> file(Setting setting) {
        if (!has(setting)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Path.of(text(setting)));
        } catch (InvalidPathException exception) {
            throw new WrongInputException(setting.option() + " is no path: " + PrintableText.excerpt(text(setting)));
        }
    }

    /** The file with the data; empty for the bundled ones. */
    Optional<Path> data() {
        return text(Setting.DATA).equals(BUNDLED) ? Optional.empty() : file(Setting.DATA);
    }

    /** Into how many shards a batch is cut; 0 for none. */
    int shards() {
        return has(Setting.SHARDS) ? integer(Setting.SHARDS) : 0;
    }

    /**
     * Refuses shards that a batch cannot be cut into.
     *
     * @throws WrongInputException if it cannot
     */
    void requireShards() {
        if (has(Setting.SHARDS)) {
            ShardsOption.check(model.title(), shards(), integer(Setting.BATCH_SIZE), false);
        }
    }

    long seed() {
        return Long.parseLong(text(Setting.SEED));
    }

    @Override
    public int steps() {
        return integer(Setting.STEPS);
    }

    @Override
    public String name() {
        return model.title();
    }

    @Override
    public String command() {
        return "train " + model.title();
    }

    /** The options of the command line that give these, each with its value; without files that are not given. */
    SequencedMap<String, String> texts() {
        var texts = new LinkedHashMap<String, String>();
        values.forEach((setting, text) -> {
            if (has(setting)) {
                texts.put(setting.option(), text);
            }
        });
        texts.put("--eval-every", Integer.toString(evaluation.every()));
        texts.put("--patience", Integer.toString(evaluation.patience()));
        return texts;
    }

    /**
     * What all ranks must be started with.
     *
     * @param digest of the data
     */
    SequencedMap<String, String> startedWith(String digest) {
        var all = new LinkedHashMap<String, String>();
        all.put("MODEL", model.title());
        all.putAll(texts());
        all.put("the data of SHA-256", digest);
        return all;
    }

    /** Those that are not the model's own. */
    SequencedMap<String, String> given() {
        var own = model.completed(defaults(model)).texts();
        var given = texts();
        given.entrySet().removeIf(option -> option.getValue().equals(own.get(option.getKey())));
        return given;
    }

    @Override
    public int logEvery() {
        return model.logEvery();
    }

    @Override
    public void write(Path file, String digest, int logEvery) throws IOException {
        JsonObject.write(file, generator -> {
            generator.writeStringProperty(MODEL, model.title());
            values.forEach((setting, text) -> {
                if (has(setting)) {
                    generator.writeStringProperty(setting.property(), text);
                }
            });
            generator.writeNumberProperty(EVAL_EVERY, evaluation.every());
            generator.writeNumberProperty(PATIENCE, evaluation.patience());
            if (!alphabet.isEmpty()) {
                generator.writeStringProperty(ALPHABET, alphabet);
            }
            generator.writeNumberProperty(RunOptions.LOG_EVERY, logEvery);
            generator.writeStringProperty(DIGEST, digest);
        });
    }

    /** Reads the options back; the message of the exception says what is wrong with the file. */
    static SequenceOptions read(SequenceModel model, Path file) {
        return read(file, values -> {
            if (!values.text(MODEL).equals(model.title())) {
                throw new WrongInputException(
                        "is of a run of " + PrintableText.excerpt(values.text(MODEL)) + ", not of " + model.title());
            }
            var all = new LinkedHashMap<Setting, String>();
            model.defaults().forEach((setting, otherwise) -> {
                var property = setting.property();
                boolean isMissing = otherwise.equals(Setting.NOT_GIVEN) && !values.has(property);
                var text = isMissing ? Setting.NOT_GIVEN : values.text(property);
                if (!isMissing) {
                    values.number(property, each -> {
                        setting.check(each);
                        return each;
                    });
                }
                all.put(setting, text);
            });
            return model.completed(new SequenceOptions(
                    model,
                    all,
                    new EvaluationSchedule(
                            values.number(EVAL_EVERY, Integer::valueOf), values.number(PATIENCE, Integer::valueOf)),
                    values.has(ALPHABET) ? values.text(ALPHABET) : ""));
        });
    }

    private static <T> T read(Path file, Function<JsonObject, T> value) {
        return JsonObject.read(
                file.toString(), new UserFile("", file, "the options of a run").text(MAXIMUM_BYTES), value);
    }

    @Override
    public int requireAlike(Path file, String digest) {
        var folder = Objects.requireNonNull(file.getParent());
        var model = read(file, object -> object.text(MODEL));
        RunOptions.requireAlike(folder, "MODEL", model, this.model.title());
        var then = read(this.model, file);
        var before = then.texts();
        texts().forEach((option, text) -> {
            if (MAY_DIFFER.stream().noneMatch(setting -> setting.option().equals(option))) {
                RunOptions.requireAlike(folder, option, before.getOrDefault(option, "not given"), text);
            }
        });
        RunOptions.requireAlike(folder, ShardsOption.NAME, shardsText(then), shardsText(this));
        if (!read(file, object -> object.text(DIGEST)).equals(digest)) {
            throw new WrongInputException("--data: %s is not what %s was started on, %s then; name another folder"
                    .formatted(text(Setting.DATA), folder, then.text(Setting.DATA)));
        }
        RunOptions.requireNotFewer(folder, then.steps(), steps());
        return then.steps();
    }

    private static String shardsText(SequenceOptions options) {
        return options.has(Setting.SHARDS) ? options.text(Setting.SHARDS) : "not given";
    }

    /**
     * Says in the state of a training what must be the same when it goes on.
     *
     * @param digest of the data
     */
    void addSettings(TrainingState state, String digest) {
        state.withSetting(MODEL, model.title())
                .withSetting(SavedWeights.ALPHABET, alphabet)
                .withSetting(DIGEST, digest);
        texts().forEach((option, text) -> {
            if (!Set.of("--steps", "--data", "--init").contains(option)) {
                state.withSetting(option.substring(2), text);
            }
        });
    }
}
