using Google.Protobuf;

namespace Visalign.Networks.Tokenizers;

/// <summary>What a piece of a SentencePiece vocabulary is, numbered as in the file.</summary>
public enum PieceKind
{
    /// <summary>Text with a score.</summary>
    Normal = 1,
    /// <summary>Stands for what no piece covers.</summary>
    Unknown = 2,
    /// <summary>A mark such as the end, never found in text.</summary>
    Control = 3,
    /// <summary>Text that is always kept whole.</summary>
    UserDefined = 4,
    /// <summary>Kept for its id alone.</summary>
    Unused = 5,
    /// <summary>One byte, written <c>&lt;0x41&gt;</c>.</summary>
    Byte = 6,
}

/// <summary>One piece; its id is its place in the vocabulary.</summary>
/// <param name="Text">With U+2581 for a blank.</param>
/// <param name="Score">Natural logarithm of its probability.</param>
public readonly record struct SentencePiece(string Text, double Score, PieceKind Kind);

/// <summary>A SentencePiece unigram model file, such as T5's <c>spiece.model</c>.</summary>
/// <remarks>Kudo and Richardson, arXiv 1808.06226; the fields of sentencepiece_model.proto that encoding needs.</remarks>
public sealed class SentencePieceModel
{
    private const int Unigram = 1;

    private SentencePieceModel(string path, List<SentencePiece> pieces)
    {
        Path = path;
        Pieces = pieces;
    }

    /// <summary>Where it was read, for messages.</summary>
    public string Path { get; }

    /// <summary>The vocabulary.</summary>
    public IReadOnlyList<SentencePiece> Pieces { get; }

    /// <summary>Whether characters without a piece are written as the pieces of their bytes.</summary>
    public bool ByteFallback { get; private set; }

    /// <summary>Whether a blank is put before the text.</summary>
    public bool AddsPrefix { get; private set; } = true;

    /// <summary>How characters are replaced before anything else.</summary>
    internal CharacterMap Map { get; private set; } = CharacterMap.Identity;

    /// <summary>The id of the only piece of a text.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public int IdOf(string text)
    {
        for (int id = 0; id < Pieces.Count; id++)
            if (Pieces[id].Text == text) return id;
        throw new InputException($"{Path} has no piece '{text}'.");
    }

    /// <summary>Reads a model file.</summary>
    /// <exception cref="InputException">It is missing, malformed, or of a kind other than unigram.</exception>
    public static SentencePieceModel Read(string path)
    {
        try
        {
            List<SentencePiece> pieces = [];
            var model = new SentencePieceModel(path, pieces);
            var file = new CodedInputStream(File.ReadAllBytes(path));
            while (file.ReadTag() is not 0 and var tag)
            {
                switch (WireFormat.GetTagFieldNumber(tag))
                {
                    case 1: pieces.Add(ReadPiece(Message(file))); break;
                    case 2: model.ReadTraining(Message(file)); break;
                    case 3: model.ReadNormalization(Message(file)); break;
                    default: file.SkipLastField(); break;
                }
            }
            model.Check();
            return model;
        }
        catch (Exception error) when (error is InvalidProtocolBufferException or InvalidOperationException)
        {
            throw new InputException($"{path} is no SentencePiece model: {error.Message}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path} cannot be read: {error.Message}", error);
        }
    }

    private static CodedInputStream Message(CodedInputStream file) => file.ReadBytes().CreateCodedInput();

    private static SentencePiece ReadPiece(CodedInputStream message)
    {
        var piece = new SentencePiece("", 0, PieceKind.Normal);
        while (message.ReadTag() is not 0 and var tag)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 1: piece = piece with { Text = message.ReadString() }; break;
                case 2: piece = piece with { Score = message.ReadFloat() }; break;
                case 3: piece = piece with { Kind = (PieceKind)message.ReadEnum() }; break;
                default: message.SkipLastField(); break;
            }
        }
        return piece;
    }

    private void ReadTraining(CodedInputStream message)
    {
        while (message.ReadTag() is not 0 and var tag)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 3: Require("model_type", message.ReadEnum(), Unigram); break;
                case 24: Require("treat_whitespace_as_suffix", message.ReadBool(), false); break;
                case 35: ByteFallback = message.ReadBool(); break;
                default: message.SkipLastField(); break;
            }
        }
    }

    private void ReadNormalization(CodedInputStream message)
    {
        while (message.ReadTag() is not 0 and var tag)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 2: Map = CharacterMap.Of(message.ReadBytes().ToByteArray(), Path); break;
                case 3: AddsPrefix = message.ReadBool(); break;
                case 4: Require("remove_extra_whitespaces", message.ReadBool(), true); break;
                case 5: Require("escape_whitespaces", message.ReadBool(), true); break;
                default: message.SkipLastField(); break;
            }
        }
    }

    private void Require<T>(string option, T found, T supported)
    {
        if (!EqualityComparer<T>.Default.Equals(found, supported))
            throw new InputException($"{Path}: '{option}' is {found}, which is not supported; expected {supported}.");
    }

    private void Check()
    {
        if (Pieces.Count == 0) throw new InputException($"{Path} holds no pieces; expected a SentencePiece model.");
        int unknown = Pieces.Count(piece => piece.Kind == PieceKind.Unknown);
        if (unknown != 1) throw new InputException($"{Path} has {unknown} pieces for the unknown, expected one.");
        if (!Pieces.Any(piece => piece.Kind == PieceKind.Normal)) throw new InputException($"{Path} has no piece of text.");
        if (Pieces.FirstOrDefault(piece => piece.Text.Length == 0 || !double.IsFinite(piece.Score) || !Enum.IsDefined(piece.Kind)) is { Text: not null } odd)
            throw new InputException($"{Path} has the piece '{odd.Text}' of kind {odd.Kind} with the score {odd.Score}, expected text, a known kind and a number.");
    }
}
