import org.jspecify.annotations.NullMarked;

/** The command line and the programs: lectures, exercises and studies. */
@NullMarked
module handgrad.examples {
    requires static transitive org.jspecify;
    requires com.google.common;
    requires handgrad;
    requires info.picocli;
    requires java.desktop;
    requires java.logging;
    requires jdk.compiler;
    requires jdk.httpserver;
    requires jdk.jshell;
    requires jdk.unsupported;
    requires java.management;
    requires me.tongfei.progressbar;
    requires org.apache.commons.logging;
    requires org.apache.fontbox;
    requires org.apache.pdfbox;
    requires org.apache.pdfbox.io;
    requires org.eclipse.elk.alg.layered;
    requires org.eclipse.elk.core;
    requires org.eclipse.elk.graph;
    requires org.eclipse.emf.common;
    requires org.eclipse.emf.ecore;
    requires tools.jackson.core;

    opens handgrad.examples to
            info.picocli;
    opens handgrad.examples.audio to
            info.picocli;
    opens handgrad.examples.command to
            info.picocli;
    opens handgrad.examples.diagram to
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
