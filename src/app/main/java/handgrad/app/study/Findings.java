package handgrad.app.study;

import handgrad.app.command.Lines;
import handgrad.page.Block;
import handgrad.page.Block.Sentence;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a study found, in sentences made of its numbers. */
public final class Findings {
    private final List<Sentence> sentences = new ArrayList<>();

    /** Adds a sentence, written as {@link String#format} writes it. */
    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency of its own
    public void add(String format, Object... numbers) {
        sentences.add(Sentence.plain(String.format(Locale.ROOT, format, numbers)));
    }

    /** Adds a sentence that judges, which a page marks as good or bad. */
    @SuppressWarnings("AnnotateFormatMethod") // as above
    public void judge(boolean good, String format, Object... numbers) {
        sentences.add(Sentence.judged(good, String.format(Locale.ROOT, format, numbers)));
    }

    public List<String> sentences() {
        return sentences.stream().map(Sentence::text).toList();
    }

    /** The sentences for a page. */
    public List<Block> blocks() {
        return List.copyOf(sentences);
    }

    /** Prints each sentence as a paragraph, in lines of at most 79 characters. */
    public void print(PrintWriter out) {
        for (var sentence : sentences()) {
            out.println();
            out.println(Lines.wrapped(sentence));
        }
        out.flush();
    }
}
