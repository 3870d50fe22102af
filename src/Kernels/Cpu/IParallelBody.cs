namespace ConservativeAD.Kernels.Cpu;

/// <summary>Work split into independent parts. A part writes only its own outputs, so results do not depend on the thread that runs it.</summary>
public interface IParallelBody
{
    /// <summary>Runs one part.</summary>
    /// <param name="part">The index of the part, from 0.</param>
    void Run(int part);
}
