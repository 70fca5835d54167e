package handgrad.app.exercise;

import handgrad.app.exercise.ClassMark.CauseOfError;
import handgrad.page.InlineText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The marks of a class as a page: the most frequent causes, then students down and exercises across. What is in a cell
 * opens without a program, so the page runs none, and its policy lets it load nothing.
 */
final class ClassPage {
    private static final String STYLE = PageColors.STYLE + resource("class.css");
    private static final String HTML = resource("class.html")
            .replace("${policy}", "default-src 'none'; img-src data:; style-src '%s'".formatted(InlineText.hash(STYLE)))
            .replace("${style}", STYLE);

    private final List<ClassMark> marks;

    /** Of all marks, in any order. */
    ClassPage(List<ClassMark> marks) {
        this.marks = marks;
    }

    /** The file. */
    String html() {
        long students = marks.stream().map(ClassMark::student).distinct().count();
        long solved = marks.stream().filter(ClassMark::isSolved).count();
        var status = "%s, %s, %d solved".formatted(count(students, "student"), count(marks.size(), "file"), solved);
        // What students wrote comes last and is not looked at again.
        return HTML.replace("${status}", status).replace("${content}", causes() + table());
    }

    private static String count(long number, String word) {
        return number + " " + word + (number == 1 ? "" : "s");
    }

    /** A cause of an exercise, and who has it. */
    private record Frequent(String exercise, CauseOfError cause, List<String> students) {}

    private String causes() {
        var found = new LinkedHashMap<String, Frequent>();
        for (var mark : marks) {
            for (var cause : mark.causes()) {
                var key = String.join("\n", mark.exercise(), cause.gradient(), cause.cause());
                var frequent = found.computeIfAbsent(key, _ -> new Frequent(mark.exercise(), cause, new ArrayList<>()));
                if (!frequent.students.contains(mark.student())) {
                    frequent.students.add(mark.student());
                }
            }
        }
        if (found.isEmpty()) {
            return "<p>No gradient is wrong.</p>\n";
        }
        return found.values().stream()
                .sorted(Comparator.comparingInt((Frequent each) -> each.students.size())
                        .reversed())
                .map(ClassPage::row)
                .collect(Collectors.joining(
                        "\n", "<h2>The most frequent causes</h2>\n<ol class=\"causes\">\n", "\n</ol>\n"));
    }

    private static String row(Frequent frequent) {
        return "<li><details><summary><b>%d</b> exercise %s, %s: %s</summary><p>%s</p></details></li>"
                .formatted(
                        frequent.students.size(),
                        escaped(frequent.exercise),
                        escaped(frequent.cause.gradient()),
                        escaped(frequent.cause.cause()),
                        escaped(String.join(", ", frequent.students)));
    }

    private String table() {
        var exercises = exercises();
        var byStudent =
                marks.stream().collect(Collectors.groupingBy(ClassMark::student, TreeMap::new, Collectors.toList()));
        var head = exercises.stream()
                .map(name -> "<th scope=\"col\">" + escaped(name) + "</th>")
                .collect(Collectors.joining(
                        "", "<tr><th scope=\"col\">student</th><th scope=\"col\">points</th>", "</tr>"));
        var rows = byStudent.entrySet().stream()
                .map(entry -> row(entry, exercises))
                .collect(Collectors.joining("\n"));
        return """
            <h2>Students and exercises</h2>
            <p class="note">A number is the points of a file, 100 where it is solved; open it for its causes.</p>
            <div class="scroll" tabindex="0"><table>
            <thead>%s</thead>
            <tbody>
            %s
            </tbody>
            </table></div>
            """.formatted(head, rows);
    }

    /** Those that were handed in, in the order of learning, and after them what is no exercise. */
    private List<String> exercises() {
        var handedIn = marks.stream()
                .map(ClassMark::exercise)
                .filter(name -> !name.isEmpty())
                .collect(Collectors.toCollection(TreeSet::new));
        var known = Exercise.all().stream().map(Exercise::name).toList();
        return Stream.concat(
                        known.stream().filter(handedIn::contains),
                        handedIn.stream().filter(name -> !known.contains(name)))
                .toList();
    }

    private static String row(Map.Entry<String, List<ClassMark>> entry, List<String> exercises) {
        var own = entry.getValue();
        var unread = own.stream()
                .filter(mark -> mark.exercise().isEmpty())
                .map(mark -> "<p class=\"error\">" + escaped(mark.error()) + "</p>")
                .collect(Collectors.joining());
        var cells = exercises.stream()
                .map(name -> own.stream()
                        .filter(mark -> mark.exercise().equals(name))
                        .toList())
                .map(ClassPage::cell)
                .collect(Collectors.joining());
        int points = own.stream().mapToInt(ClassMark::points).sum();
        return "<tr><th scope=\"row\">%s%s</th><td>%d</td>%s</tr>"
                .formatted(escaped(entry.getKey()), unread, points, cells);
    }

    private static String cell(List<ClassMark> files) {
        if (files.isEmpty()) {
            return "<td class=\"none\">–</td>";
        }
        return files.stream().map(ClassPage::file).collect(Collectors.joining("", "<td>", "</td>"));
    }

    private static String file(ClassMark mark) {
        var kind = mark.isSolved() ? "solved" : mark.error().isEmpty() ? "begun" : "error";
        var summary = mark.isSolved() ? "✓ 100" : mark.error().isEmpty() ? "" + mark.points() : mark.points() + " !";
        if (mark.isSolved()) {
            return "<span class=\"%s\">%s</span>".formatted(kind, summary);
        }
        var text = new StringBuilder("<p>%d of %d right</p>".formatted(mark.right(), mark.total()));
        if (!mark.error().isEmpty()) {
            text.append("<p>").append(escaped(mark.error())).append("</p>");
        }
        for (var cause : mark.causes()) {
            var place = cause.gradient() + (cause.line() == 0 ? "" : " (line %d)".formatted(cause.line()));
            text.append("<p><b>%s</b> %s</p>".formatted(escaped(place), escaped(cause.cause())));
        }
        return "<details class=\"%s\"><summary>%s</summary>%s</details>".formatted(kind, summary, text);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static String resource(String name) {
        return InlineText.of(name, ClassPage.class.getResourceAsStream(name));
    }
}
