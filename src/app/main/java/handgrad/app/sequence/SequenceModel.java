package handgrad.app.sequence;

import handgrad.app.train.EvaluationSchedule;
import handgrad.app.train.SampleRequest;
import handgrad.app.train.SavedWeights;
import handgrad.nn.Layer;
import handgrad.nn.Parameter;
import handgrad.optim.Optimizer;
import handgrad.optim.Schedule;
import handgrad.random.TorchRandom;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Predicate;

/**
 * A model of sequences that train has: all that differs from one to another. A new one implements this and is listed
 * in {@link SequenceModels}; command, run folder, checkpoints, metrics and report come with it.
 */
interface SequenceModel {
    /** Its name on the command line. */
    String title();

    /** What it is, in a line of the help. */
    String summary();

    /** Where it is from, in a word or two. */
    String origin();

    /** The settings that it has, each with its value where none is given, in the order of the help. */
    SequencedMap<Setting, String> defaults();

    /** When it is evaluated where nothing is said. */
    EvaluationSchedule evaluation();

    /** How many steps lie between two lines of its log where nothing is said. */
    int logEvery();

    /** What a setting means for it, for the help: no full stop, no default. */
    String description(Setting setting);

    /**
     * Refuses settings that do not go together, and fills in what follows from others.
     *
     * @throws handgrad.app.command.WrongInputException if they do not
     */
    SequenceOptions completed(SequenceOptions options);

    /** Whether its symbols are the characters of what it is trained on. */
    default boolean hasAlphabet(SequenceOptions options) {
        return true;
    }

    /**
     * The options with what the file of {@code --init} says of the network, where it does and nothing else was asked
     * for.
     *
     * @param isGiven whether a setting was asked for
     * @throws handgrad.app.command.WrongInputException if the file cannot be read
     */
    default SequenceOptions begunWith(SequenceOptions options, Path init, Predicate<Setting> isGiven) {
        return options;
    }

    /**
     * Gives the network the weights of the file of {@code --init}.
     *
     * @param sizes the model with the settings that make it large, for an error
     * @throws handgrad.app.command.WrongInputException if the file cannot be read or does not fit
     */
    default void load(SequenceOptions options, Path init, String sizes, Layer network) {
        new SavedWeights("--init: ", SavedWeights.inFolder("--init", init), sizes, options.alphabet()).load(network);
    }

    /**
     * Reads what it is trained on.
     *
     * @param options without an alphabet for a new run, with that of the run for one that is there
     * @param option of the command line that names the data; an error begins with it
     * @throws handgrad.app.command.WrongInputException if it cannot be read, or is not of these options
     */
    SequenceData data(SequenceOptions options, String option);

    /** The network with weights drawn by this generator, which it may go on drawing from. */
    Layer build(SequenceOptions options, TorchRandom random);

    /** What changes the parameters of the network. */
    Optimizer optimizer(SequenceOptions options, List<Parameter> parameters);

    /** The learning rate of each step. */
    Schedule schedule(SequenceOptions options);

    /** The norm that gradients are clipped to; 0 for none. */
    double clip(SequenceOptions options);

    /**
     * Prints what the trained network makes.
     *
     * @throws handgrad.app.command.WrongInputException if it cannot be asked for that; nothing is printed then
     */
    void sample(SequenceOptions options, Layer network, SampleRequest request, PrintWriter out);
}
