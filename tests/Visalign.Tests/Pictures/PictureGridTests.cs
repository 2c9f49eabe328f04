using Visalign.Pictures;

namespace Visalign.Tests.Pictures;

public sealed class PictureGridTests
{
    [Fact] // Three 1x1 pictures, two columns, gap 1, scale 2: a sheet of 2·2 + 3·1 = 7 by 7 pixels.
    public void Pictures_lie_row_by_row_between_gaps_and_grow_by_the_scale()
    {
        var pictures = new PictureBatch([0, 0, 0, 0.2f, 0.2f, 0.2f, 0.4f, 0.4f, 0.4f], Count: 3, Height: 1, Width: 1);

        var sheet = PictureGrid.Arrange(pictures, new GridLayout { Columns = 2, Gap = 1, Scale = 2, Background = 9 });

        byte[] red = [.. sheet.Data.Where((_, index) => index % 3 == 0)];
        Assert.Equal((7, 7), (sheet.Height, sheet.Width));
        Assert.Equal<byte>(
        [
            9, 9, 9, 9, 9, 9, 9,
            9, 0, 0, 9, 51, 51, 9,
            9, 0, 0, 9, 51, 51, 9,
            9, 9, 9, 9, 9, 9, 9,
            9, 102, 102, 9, 9, 9, 9,
            9, 102, 102, 9, 9, 9, 9,
            9, 9, 9, 9, 9, 9, 9,
        ], red);
    }

    [Fact]
    public void A_sheet_is_no_wider_than_its_pictures()
    {
        var pictures = SamplePictures.Random(seed: 1, count: 2, height: 4, width: 3);

        var sheet = PictureGrid.Arrange(pictures, new GridLayout { Columns = 8, Gap = 0 });

        Assert.Equal((4, 6), (sheet.Height, sheet.Width));
    }

    [Fact]
    public void One_picture_without_gaps_is_itself()
    {
        var pictures = SamplePictures.Random(seed: 1, count: 1, height: 4, width: 3);

        var sheet = PictureGrid.Arrange(pictures, new GridLayout { Columns = 1, Gap = 0 });

        Assert.Equal(RgbPicture.Of(pictures, 0).Data, sheet.Data);
    }

    [Fact]
    public void An_empty_batch_is_refused()
    {
        var empty = new PictureBatch([], Count: 0, Height: 4, Width: 4);

        Assert.Throws<InputException>(() => PictureGrid.Arrange(empty, new GridLayout { Columns = 2 }));
    }
}
