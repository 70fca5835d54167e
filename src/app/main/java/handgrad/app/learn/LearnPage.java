package handgrad.app.learn;

import handgrad.app.exercise.ExerciseExplanation;
import handgrad.app.exercise.Marking;
import handgrad.app.exercise.PageColors;
import handgrad.page.InlineText;
import handgrad.page.LocalServer;
import handgrad.page.LocalServer.Answer;
import handgrad.page.LocalServer.Request;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The page of a lesson, for the browsers of this machine. It asks for the state with the version that it has, and is
 * answered as soon as there is another.
 *
 * <p>What comes from the learner's code stands in the page as text only, and the page runs nothing but its own program,
 * whose hash its policy names.
 */
final class LearnPage implements AutoCloseable {
    /** How long the page waits for news before it asks again; less than a connection may last. */
    private static final long NEWS_MILLIS = 20_000;

    private static final String STYLE = PageColors.STYLE + resource("learn.css");
    private static final String PROGRAM = resource("learn.js");
    private static final String HTML = resource("learn.html")
            .replace(
                    "${policy}",
                    "default-src 'none'; img-src data:; connect-src 'self'; style-src '%s'; script-src '%s'"
                            .formatted(InlineText.hash(STYLE), InlineText.hash(PROGRAM)))
            .replace("${style}", STYLE)
            .replace("${program}", PROGRAM);

    private final LocalServer server;
    private final Board board;
    private final Consumer<Event> events;

    /** How the gradients are derived; it runs the solution, so not before somebody asks. */
    private @Nullable ExerciseExplanation explanation;

    private String explained = "";

    private LearnPage(int port, Board board, Consumer<Event> events) throws IOException {
        this.board = board;
        this.events = events;
        server = LocalServer.start(port, List.of("GET", "POST"), this::answer);
    }

    /**
     * Serves the page until it is closed.
     *
     * @throws java.net.BindException if the port cannot be taken
     */
    static LearnPage serve(int port, Board board, Consumer<Event> events) throws IOException {
        return new LearnPage(port, board, events);
    }

    /** Where it is. */
    URI address() {
        return server.address();
    }

    private Answer answer(Request request) throws InterruptedException {
        var sheet = board.now().shown().sheet();
        return switch (request.method() + " " + request.path()) {
            case "GET /" -> Answer.ok("text/html", HTML);
            case "GET /state.json" -> Answer.ok("application/json", LearnJson.state(state(request.query())));
            case "GET /sheet.svg" ->
                sheet == null
                        ? Answer.refusal("404 Not Found", "The sheet is not drawn yet.")
                        : Answer.ok("image/svg+xml", sheet.svg());
            case "GET /tensor.json" ->
                Answer.ok("application/json", LearnJson.tensor(board.now().shown(), text(request.query())));
            case "GET /derivation.txt" ->
                derivation(board.now().shown(), text(request.query()))
                        .map(text -> Answer.ok("text/plain", text))
                        .orElseGet(() -> Answer.refusal("404 Not Found", "The forward pass names no such tensor."));
            case "POST /hint" -> {
                events.accept(Event.Wish.HINT);
                yield Answer.ok("text/plain", "");
            }
            case "POST /next" -> {
                events.accept(Event.Wish.NEXT);
                yield Answer.ok("text/plain", "");
            }
            default ->
                Answer.refusal(
                        "404 Not Found", "There is /, /state.json, /sheet.svg, /tensor.json and /derivation.txt.");
        };
    }

    /** The state after the version that the query names; without one, as it is. */
    private Board.Posted state(String query) throws InterruptedException {
        return query.matches("\\d{1,9}") ? board.after(Integer.parseInt(query), NEWS_MILLIS) : board.now();
    }

    private synchronized Optional<String> derivation(Shown shown, String tensor) {
        var own = explanation;
        if (own == null || !explained.equals(shown.exercise().name())) {
            own = new ExerciseExplanation(shown.exercise());
            explanation = own;
            explained = shown.exercise().name();
        }
        var marking = shown.marking();
        return own.text(tensor, marking == null ? new Marking(List.of(), "", "", List.of(), false) : marking);
    }

    private static String text(String query) {
        try {
            return URLDecoder.decode(query, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException noEncoding) {
            return query;
        }
    }

    private static String resource(String name) {
        return InlineText.of(name, LearnPage.class.getResourceAsStream(name));
    }

    @Override
    public void close() {
        server.close();
    }
}
