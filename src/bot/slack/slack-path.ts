/** Where Slack sends what people do, when it reaches us over HTTP. */
export const slackPath = "/slack/events";
