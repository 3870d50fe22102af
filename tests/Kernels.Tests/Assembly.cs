using System.Runtime.CompilerServices;

// ILGPU writes the code that starts a kernel into an assembly of this name.
[assembly: InternalsVisibleTo("ILGPURuntime")]
