import org.jspecify.annotations.NullMarked;

/** The command line and the programs: lectures, exercises and studies. */
@NullMarked
module handgrad.examples {
    requires static transitive org.jspecify;
    requires handgrad;
    requires info.picocli;
    requires java.logging;
    requires jdk.compiler;
    requires jdk.httpserver;
    requires jdk.jshell;
    requires java.management;
    requires me.tongfei.progressbar;
    requires tools.jackson.core;

    opens handgrad.examples to
            info.picocli;
    opens handgrad.examples.audio to
            info.picocli;
    opens handgrad.examples.command to
            info.picocli;
    opens handgrad.examples.exercise to
            info.picocli;
    opens handgrad.examples.program to
            info.picocli;
    opens handgrad.examples.study to
            info.picocli;
    opens handgrad.examples.train to
            info.picocli;
}
