package handgrad.app.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import handgrad.app.exercise.Marking;
import handgrad.app.exercise.Marking.Mark;
import handgrad.app.exercise.Marking.Numbers;
import handgrad.app.exercise.Marking.State;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplyTest {
    @Test
    void every_reply_arrives_as_it_was_sent() throws IOException {
        var wrong = new BitSet();
        wrong.set(1);
        var marks = List.of(
                new Mark(
                        "h",
                        "dh (line 3)",
                        State.WRONG,
                        "its sign",
                        new Numbers(List.of(1, 2), List.of(-0.0, 2.5), wrong)),
                new Mark("x", "dx", State.BLANK, "", Numbers.NONE));
        var replies = List.of(
                new Reply.Ready(),
                new Reply.Running(10_000),
                new Reply.Marked(
                        new Marking(marks, "dh is wrong: Σ\n", "h", List.of("first", "then Σ"), false), "printed"),
                new Reply.Refused("A.java:3: error"),
                new Reply.Failed("still running after 10 s"));
        var bytes = new ByteArrayOutputStream();
        for (var reply : replies) {
            reply.write(new DataOutputStream(bytes));
        }
        var in = new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
        for (var reply : replies) {
            assertThat(Reply.read(in)).isEqualTo(reply);
        }
        assertThatThrownBy(() -> Reply.read(in)).isInstanceOf(EOFException.class);
    }

    @Test
    void what_is_no_reply_is_damaged() {
        for (var bytes : List.of(new byte[] {0, 0, 0, 1, '?'}, new byte[] {-1, 0, 0, 0}, new byte[] {0, 0, 0, 0})) {
            assertThatThrownBy(() -> Reply.read(new DataInputStream(new ByteArrayInputStream(bytes))))
                    .isInstanceOf(IOException.class)
                    .hasMessage("a reply is damaged");
        }
    }
}
