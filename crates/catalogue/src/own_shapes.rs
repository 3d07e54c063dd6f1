//! Parameters of what is Step Functions' own, so that no service's model has them.

use std::sync::{Arc, LazyLock};

use crate::Shapes;

/// In the form of the files of services. Sources: developer guide, "Call HTTPS APIs", "Create API Gateway REST APIs",
/// "ItemReader" and "ResultWriter".
const SHAPES: &str = "\
http:invoke 0 -
apigateway:invoke 7 -
reader:getObject 10 -
reader:listObjectsV2 11 -
writer:putObject 12 -

=ApiEndpoint!:s,Method!:#1,InvocationConfig!:#2,Authentication:#2,Headers:{x},QueryParameters:{x},RequestBody:x,Transform:#3
eGET|POST|PUT|DELETE|PATCH|OPTIONS|HEAD
=ConnectionArn!:s
=RequestBodyEncoding:#4,RequestEncodingOptions:#5
eNONE|URL_ENCODED
=ArrayFormat:#6
eINDICES|REPEAT|COMMAS|BRACKETS
=ApiEndpoint!:s,Method!:#8,Stage:s,Path:s,Headers:{x},QueryParameters:{x},RequestBody:x,AllowNullValues:o,AuthType:#9
eGET|POST|PUT|DELETE|PATCH|OPTIONS|HEAD
eNO_AUTH|IAM_ROLE|RESOURCE_POLICY
=Bucket!:s,Key!:s,VersionId:s,ExpectedBucketOwner:s
=Bucket!:s,Prefix:s,ExpectedBucketOwner:s
=Bucket!:s,Prefix:s,ExpectedBucketOwner:s
";

/// The shapes of HTTP tasks (`http:invoke`), API Gateway (`apigateway:invoke`), ItemReader (`reader:getObject`,
/// `reader:listObjectsV2`) and ResultWriter (`writer:putObject`).
pub fn own_shapes() -> &'static Arc<Shapes> {
    static PARSED: LazyLock<Arc<Shapes>> = LazyLock::new(|| Arc::new(Shapes::parse(SHAPES)));
    &PARSED
}

#[cfg(test)]
mod tests {
    use super::own_shapes;
    use crate::{INTEGRATIONS, Shape};

    #[test]
    fn every_index_is_that_of_a_shape() {
        let shapes = own_shapes();
        assert_eq!(shapes.operations().count(), 5);
        for operation in shapes.operations() {
            let input = operation.input.expect("parameters");
            let structure = shapes.structure(input).expect("a structure");
            for member in &structure.members {
                if let Shape::Of(index) = shapes.read(member.shape) {
                    let is_known = shapes.structure(index).is_some_and(|inner| !inner.members.is_empty())
                        || shapes.values(index).len() > 1;
                    assert!(is_known, "{} {}", operation.action, member.name);
                }
            }
        }
    }

    /// What a new task begins with is known, and the parameters that have to be given are among it.
    #[test]
    fn blocks_fit_the_shapes() {
        let shapes = own_shapes();
        for integration in INTEGRATIONS {
            let name = format!("{}:{}", integration.service, integration.action);
            let Some(operation) = shapes.operation(&name) else { continue };
            let structure = shapes.structure(operation.input.expect("parameters")).expect("a structure");
            let given = integration.required();
            for name in &given {
                assert!(structure.members.iter().any(|member| member.name == name), "{name}");
            }
            for member in structure.members.iter().filter(|member| member.is_required) {
                assert!(given.iter().any(|name| name == member.name), "{}", member.name);
            }
        }
    }
}
