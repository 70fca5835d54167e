/** Running a single source file, or JShell, with the engine imported. */
package handgrad.app.program;
