package handgrad.app.train;

import handgrad.app.command.Lines;
import handgrad.app.report.Marks;
import handgrad.app.report.SampledName;
import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Names that a model made, in the order in which it made them. */
record Samples(List<SampledName> samples) {
    static Samples draw(int count, Sampler sampler, Marks marks) {
        return new Samples(
                Stream.generate(sampler::name).limit(count).map(marks::mark).toList());
    }

    /** Prints all names in their order, then for each mark the names that have it, or how many where they are new. */
    void print(PrintWriter out) {
        // A name with a space is one name.
        var between = samples.stream().anyMatch(sample -> sample.name().contains(" ")) ? ", " : " ";
        out.println(Lines.wrapped(samples.stream().map(SampledName::name).collect(Collectors.joining(between))));
        out.println();
        for (var mark : Marks.ALL) {
            var names = samples.stream()
                    .filter(sample -> sample.mark().equals(mark))
                    .map(SampledName::name)
                    .toList();
            if (mark.equals(Marks.NEW)) {
                out.printf("%d of %d are %s%n", names.size(), samples.size(), mark);
            } else if (!names.isEmpty()) {
                out.println(Lines.wrapped(mark + ": " + String.join(between, names)));
            }
        }
    }
}
