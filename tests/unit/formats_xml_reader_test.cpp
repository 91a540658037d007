#include <catch2/catch.hpp>

#include "formats/xml_reader.hpp"

using namespace xget;
using namespace std::string_literals;
using formats::XmlVerdict;

namespace {

constexpr formats::XmlPurpose kPurpose{.operation = "read the answer", .code = ErrorCode::Network};

// Writes down what it is told: {namespace}name[ text ].
class Recorder final : public formats::XmlListener {
 public:
  XmlVerdict begin(const formats::XmlElement& element) override {
    if (element.name() == "wrong") return tl::unexpected<std::string>("it is wrong");
    if (element.name() == "thrown") throw std::string("out of memory");
    seen += "{" + std::string(element.space()) + "}" + std::string(element.name()) + "[";
    return {};
  }
  XmlVerdict text(std::string_view piece) override {
    seen += piece;
    return {};
  }
  XmlVerdict end() override {
    seen += "]";
    return {};
  }

  std::string seen;
};

std::string read(std::string_view document) {
  Recorder recorder;
  const auto result = formats::read_xml(document, kPurpose, recorder);
  return result ? recorder.seen : to_string(result.error());
}

}  // namespace

TEST_CASE("XML comes as its elements, their namespaces and their texts, the five entities too") {
  CHECK(read("<a xmlns='urn:x'><b>1 &lt;&#x26;&gt; &quot;2&apos;</b><o:c xmlns:o='urn:o'/></a>") ==
        "{urn:x}a[{urn:x}b[1 <&> \"2']{urn:o}c[]]");
  CHECK(read("<a><![CDATA[<b>]]><!-- no --><?no no?></a>") == "{}a[<b>]");
}

TEST_CASE("an error is of the kind that the reader's purpose says, and names the line") {
  Recorder recorder;
  const auto result = formats::read_xml("<a>\n<wrong/></a>", kPurpose, recorder);
  REQUIRE_FALSE(result);
  CHECK(result.error().code == ErrorCode::Network);
  CHECK(to_string(result.error()) == "read the answer line 2: it is wrong");
  CHECK(read("<a>\n\n<b></a>") == "read the answer line 3: it is no sound XML (mismatched tag)");
  CHECK(read("").find("no element found") != std::string::npos);
}

TEST_CASE("XML with a DOCTYPE, entities of its own or elements without end is refused") {
  CHECK(read("<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>")
            .ends_with("it has a DOCTYPE, which is not taken from strangers"));
  CHECK(read("<a>&e;</a>").ends_with("it is no sound XML (undefined entity)"));
  std::string deep;
  for (std::size_t i = 0; i <= formats::kDeepestXml; ++i) deep += "<a>";
  CHECK(read(deep).ends_with("it is nested too deeply"));
  const std::string value(formats::kLongestAttribute + 1, 'x');
  CHECK(read("<a b='" + value + "'/>").ends_with("an attribute is too long"));
}

TEST_CASE("what a listener throws comes out of read_xml, not through the parser") {
  CHECK_THROWS_AS(read("<a><thrown/><wrong/></a>"), std::string);
}
